"""People by the beginning of an identifier.

Only the index of values is read, and of it only what is shown: nothing is found in the middle of an identifier.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from bowerbird.state import tables as t
from bowerbird.state.base import (
    FOUND_WHOLE,
    LEAST_BEGINNING,
    LONGEST_FOUND,
    Match,
    PeopleFound,
    PeopleSearch,
    beginning,
    identifier,
)
from bowerbird.state.keys import identifier_key

_ROUNDS = 10
"""Pages of matches that are looked at for a page of people: somebody may have thousands that match."""
_MOST_KINDS = 50
_LAST = "\U0010ffff"


class _Sought(NamedTuple):
    """What identifiers of a kind have to be like."""

    whole: str
    start: str | None
    """None: not looked for."""

    def match(self, kind: str, value: str) -> Match | None:
        if value == self.whole:
            return Match(False, value, kind)
        if self.start is not None and value.startswith(self.start) and len(value) <= LONGEST_FOUND:
            return Match(True, value, kind)
        return None


_Found = tuple[Match, str]
"""A match, and the root that it is of."""


def search(connection: Connection, wanted: PeopleSearch) -> PeopleFound:
    """As `PeopleReader.search`."""
    meant = (kind for kind in _kinds(connection, wanted) if kind not in wanted.hidden and wanted.kind in ("", kind))
    sought = {kind: _sought(wanted, kind) for kind in meant}
    people: list[str] = []
    after = last = wanted.after
    for _ in range(_ROUNDS):
        page = _page(connection, wanted, sought, after)
        firsts = _firsts(connection, sought, {root for _, root in page})
        for match, root in page:
            if match != firsts[root]:
                continue
            if len(people) == wanted.limit:
                return PeopleFound(people, last)
            people.append(root)
            last = match
        if len(page) <= wanted.limit:
            return PeopleFound(people, None)
        after = page[-1][0]
    return PeopleFound(people, after)


def _kinds(connection: Connection, wanted: PeopleSearch) -> Iterator[str]:
    """Those that the workspace has, one step in the index each."""
    if not _storable(wanted.text):
        return
    yield FOUND_WHOLE
    i = t.identifiers.c
    kind: str | None = ""
    for _ in range(_MOST_KINDS):
        later = select(i.kind).where(i.workspace == wanted.workspace, i.kind > kind, t.FINDABLE)
        kind = connection.execute(later.order_by(i.kind).limit(1)).scalar_one_or_none()
        if kind is None:
            return
        yield kind


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sought(wanted: PeopleSearch, kind: str) -> _Sought:
    start = beginning(kind, wanted.text)
    _, _, whole = identifier(wanted.workspace, kind, wanted.text)
    begins = kind != FOUND_WHOLE and len(start) >= LEAST_BEGINNING
    return _Sought(whole, start if begins else None)


def _page(
    connection: Connection, wanted: PeopleSearch, sought: Mapping[str, _Sought], after: Match | None
) -> list[_Found]:
    """The next matches, in their order: one more than there may be people, or all there are."""
    found = list(_wholes(connection, wanted.workspace, sought))
    for kind, one in sought.items():
        if one.start is not None:
            found += _begun(connection, wanted, kind, one.start, after)
    new = {(match, root) for match, root in found if after is None or match > after}
    return sorted(new)[: wanted.limit + 1]


def _wholes(connection: Connection, workspace: str, sought: Mapping[str, _Sought]) -> Iterator[_Found]:
    i, n = t.identifiers.c, t.nodes.c
    keys = [identifier_key((workspace, kind, one.whole)) for kind, one in sought.items()]
    query = select(i.kind, i.value, n.root).join_from(t.identifiers, t.nodes, i.person_id == n.person_id)
    for kind, value, root in connection.execute(query.where(i.key.in_(keys))):
        yield Match(False, value, kind), root


def _begun(
    connection: Connection, wanted: PeopleSearch, kind: str, start: str, after: Match | None
) -> Iterator[_Found]:
    i, n = t.identifiers.c, t.nodes.c
    query = (
        select(i.value, n.root)
        .join_from(t.identifiers, t.nodes, i.person_id == n.person_id)
        .where(i.workspace == wanted.workspace, i.kind == kind, t.FINDABLE)
        .where(i.value > start, i.value < start + _LAST)
        .order_by(i.value)
        .limit(wanted.limit + 1)
    )
    if after is not None and after.begins:
        query = query.where(i.value > after.value if kind <= after.kind else i.value >= after.value)
    for value, root in connection.execute(query):
        yield Match(True, value, kind), root


def _firsts(connection: Connection, sought: Mapping[str, _Sought], roots: Collection[str]) -> dict[str, Match]:
    """The first match of each of these."""
    i, n = t.identifiers.c, t.nodes.c
    of_roots = select(n.root, i.kind, i.value).join_from(t.nodes, t.identifiers, n.person_id == i.person_id)
    firsts: dict[str, Match] = {}
    for root, kind, value in connection.execute(of_roots.where(n.root.in_(roots), i.kind.in_(sought))):
        match = sought[kind].match(kind, value)
        if match is not None and (root not in firsts or match < firsts[root]):
            firsts[root] = match
    return firsts
