"""The state as answers read it."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table, func, or_, select, tuple_

from bowerbird.event import Tallied
from bowerbird.state import tables as t
from bowerbird.state.base import (
    MOST_TOLD,
    CatalogCount,
    Conflict,
    Merge,
    PeopleFound,
    PeopleSearch,
    Person,
    QuarantineEntry,
    Summary,
    identifier,
)
from bowerbird.state.keys import identifier_key
from bowerbird.state.search import search

T = TypeVar("T")


class SqlPeople:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def find(self, workspace: str, identifiers: dict[str, str]) -> list[str]:
        keys = [identifier_key(identifier(workspace, kind, value)) for kind, value in identifiers.items()]
        i, n = t.identifiers.c, t.nodes.c
        query = (
            select(n.root)
            .join_from(t.identifiers, t.nodes, i.person_id == n.person_id)
            .where(i.key.in_(keys))
            .group_by(n.root)
            .having(func.count() == len(keys))
        )
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def search(self, wanted: PeopleSearch) -> PeopleFound:
        with self.engine.connect() as connection:
            return search(connection, wanted)

    def recent(self, workspace: str, limit: int, before: tuple[int, str] | None) -> list[tuple[int, str]]:
        n = t.nodes.c
        query = select(n.created_at, n.person_id).where(n.workspace == workspace, t.ROOTS)
        if before is not None:
            query = query.where(tuple_(n.created_at, n.person_id) < tuple_(*before))
        query = query.order_by(n.created_at.desc(), n.person_id.desc()).limit(limit)
        with self.engine.connect() as connection:
            return [(row.created_at, row.person_id) for row in connection.execute(query)]

    def summaries(self, workspace: str, people: Sequence[str]) -> dict[str, Summary]:
        with self.engine.connect() as connection:
            return _summaries(connection, workspace, people)

    def person(self, workspace: str, person_id: str, most: int | None = MOST_TOLD) -> Person | None:
        with self.engine.connect() as connection:
            summary = _summaries(connection, workspace, [person_id]).get(person_id)
            if summary is None:
                return None
            members = [summary.person_id, *summary.aliases]
            m, c = t.merges.c, t.conflicts.c
            of_merges = or_(m.survivor.in_(members), m.absorbed.in_(members))
            of_conflicts = or_(c.person_id.in_(members), c.other_id.in_(members))
            merges = _latest(connection, select(t.merges).where(of_merges), (m.id,), most)
            conflicts = _latest(connection, select(t.conflicts).where(of_conflicts), (c.at, c.event_id), most)
            return Person(
                **msgspec.structs.asdict(summary),
                merges=[merge_of(row) for row in merges],
                conflicts=[_conflict(row) for row in conflicts],
                merges_total=_total(connection, t.merges, of_merges, merges, most),
                conflicts_total=_total(connection, t.conflicts, of_conflicts, conflicts, most),
            )

    def roots(self, workspace: str, people: Sequence[str]) -> dict[str, str]:
        n = t.nodes.c
        found: dict[str, str] = {}
        with self.engine.connect() as connection:
            for at in range(0, len(people), 500):
                query = select(n.person_id, n.root).where(
                    n.person_id.in_(people[at : at + 500]), n.workspace == workspace
                )
                found.update((row.person_id, row.root) for row in connection.execute(query))
        return {person_id: found.get(person_id, person_id) for person_id in people}

    def members(self, workspace: str, person_id: str) -> list[str]:
        with self.engine.connect() as connection:
            return self._members(connection, workspace, person_id)

    def _members(self, connection: Connection, workspace: str, person_id: str) -> list[str]:
        n = t.nodes.c
        named = select(n.root).where(n.person_id == person_id, n.workspace == workspace)
        root = connection.execute(named).scalar_one_or_none()
        if root is None:
            return []
        others = select(n.person_id).where(n.root == root, n.person_id != root).order_by(n.created_at, n.person_id)
        return [root, *connection.execute(others).scalars()]


class SqlCatalog:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def properties(self, workspace: str, list_id: str) -> dict[str, Tallied]:
        c = t.catalog.c
        query = (
            select(c.name, c.property, c.type, c.count)
            .where(c.workspace == workspace, c.list_id == list_id)
            .order_by(c.name, c.property)
        )
        found: dict[str, Tallied] = {}
        with self.engine.connect() as connection:
            for name, prop, kind, count in connection.execute(query):
                known = found.get(name, Tallied(0, {}))
                if kind:
                    known.properties[prop] = known.properties.get(prop, 0) + count
                else:
                    known = known._replace(events=known.events + count)
                found[name] = known
        return found

    def catalog(self, workspace: str) -> list[CatalogCount]:
        c = t.catalog.c
        query = select(t.catalog).where(c.workspace == workspace).order_by(c.list_id, c.name, c.property, c.type)
        with self.engine.connect() as connection:
            rows = connection.execute(query).mappings()
            return [CatalogCount(**{**row, "property": row["property"] if row["type"] else None}) for row in rows]

    def quarantine(self, workspace: str, limit: int, before: str | None) -> list[QuarantineEntry]:
        q = t.quarantine.c
        query = select(t.quarantine).where(q.workspace == workspace).order_by(q.event_id.desc()).limit(limit)
        if before is not None:
            query = query.where(q.event_id < before)
        with self.engine.connect() as connection:
            return [quarantine_entry(row) for row in connection.execute(query)]


def merge_of(row: Row[Any]) -> Merge:
    fields = {name: row._mapping[name] for name in Merge.__struct_fields__}
    pairs = msgspec.json.decode(fields["identifiers"], type=tuple[tuple[str, str], ...])
    return Merge(**{**fields, "identifiers": pairs})


def quarantine_entry(row: Row[Any]) -> QuarantineEntry:
    return QuarantineEntry(**row._mapping)


def _conflict(row: Row[Any]) -> Conflict:
    return Conflict(**{name: row._mapping[name] for name in Conflict.__struct_fields__})


def _latest(
    connection: Connection, query: Select[Any], order: Sequence[ColumnElement[Any]], most: int | None
) -> list[Row[Any]]:
    """The last so many of this order, in it."""
    rows = connection.execute(query.order_by(*(column.desc() for column in order)).limit(most)).all()
    return list(reversed(rows))


def _total(
    connection: Connection, table: Table, condition: ColumnElement[bool], found: list[Row[Any]], most: int | None
) -> int:
    if most is None or len(found) < most:
        return len(found)
    return connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()


def _summaries(connection: Connection, workspace: str, people: Sequence[str]) -> dict[str, Summary]:
    n = t.nodes.c
    named = select(n.person_id, n.root).where(n.person_id.in_(people), n.workspace == workspace)
    root_of = {row.person_id: row.root for row in connection.execute(named)}
    roots = set(root_of.values())
    nodes = connection.execute(select(t.nodes).where(n.root.in_(roots)).order_by(n.created_at, n.person_id)).all()
    created = {row.person_id: row.created_at for row in nodes if row.person_id == row.root}
    aliases = _by_root((row.root, row.person_id) for row in nodes if row.person_id != row.root)
    identifiers = _identifiers(connection, roots)
    traits = _traits(connection, roots)
    accounts = _accounts(connection, roots)
    found = {
        root: Summary(
            person_id=root,
            workspace=workspace,
            created_at=created[root],
            identifiers=identifiers.get(root, []),
            traits=dict(traits.get(root, [])),
            accounts=list(dict.fromkeys(accounts.get(root, []))),
            aliases=aliases.get(root, []),
        )
        for root in roots
    }
    return {person_id: found[root_of[person_id]] for person_id in people if person_id in root_of}


def _by_root(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for root, one in pairs:
        found.setdefault(root, []).append(one)
    return found


def _of_members(table: Table, roots: Collection[str], *columns: ColumnElement[Any]) -> Select[Any]:
    """These columns of the rows of all who belong to these roots, behind the column `root`."""
    n = t.nodes.c
    return select(n.root, *columns).join_from(t.nodes, table, n.person_id == table.c.person_id).where(n.root.in_(roots))


def _identifiers(connection: Connection, roots: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    i = t.identifiers.c
    query = _of_members(t.identifiers, roots, i.kind, i.value, i.person_id, i.since).order_by(i.since, i.kind, i.value)
    rows = connection.execute(query).mappings()
    return _by_root((row["root"], {name: row[name] for name in row if name != "root"}) for row in rows)


def _traits(connection: Connection, roots: Collection[str]) -> dict[str, list[tuple[str, Any]]]:
    """Those that are newer come later."""
    c = t.traits.c
    query = _of_members(t.traits, roots, c.name, c.value).order_by(c.occurred_at, c.event_id)
    return _by_root((row.root, (row.name, msgspec.json.decode(row.value))) for row in connection.execute(query))


def _accounts(connection: Connection, roots: Collection[str]) -> dict[str, list[str]]:
    a = t.accounts.c
    query = _of_members(t.accounts, roots, a.account_id).order_by(a.first_seen, a.account_id)
    return _by_root((row.root, row.account_id) for row in connection.execute(query))
