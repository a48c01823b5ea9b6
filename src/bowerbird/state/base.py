"""What the processor remembers: people, traits, accounts, catalog, quarantine, dedupe keys, and how far it came.

Everything a batch changes is committed in one transaction together with the positions it covers, so a batch is
either remembered wholly or not at all, and a delivery that is repeated finds the state as it was before.

A person is a node with identifiers of its own. A merge points one node at another (`merged_into`); the node keeps
its identifiers, traits and events, and reads resolve it to its root. Undoing a merge removes the pointer, nothing else.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from bowerbird.event import Marks, Positions, Tallied

_SET_APART = str.maketrans("", "", " \u00a0.-()/")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
"""E.164"""
MOST_TOLD = 100
"""Merges, and conflicts, of a person as shown."""

Identifier = tuple[str, str, str]
"""(workspace, kind, value). Kinds: `user_id`, `email`, `phone`, `anonymous_id`, and those only one vendor has."""


def identifier(workspace: str, kind: str, value: str) -> Identifier:
    """The identifier as people are matched by it: an e-mail without regard to case or surrounding space, a phone
    number with its country's code (`+1 (555) 012-3000`) without regard to how its digits are set apart."""
    if kind == "email":
        value = value.strip().lower()
    elif kind == "phone":
        digits = value.translate(_SET_APART)
        value = digits if _INTERNATIONAL.fullmatch(digits) else value
    return workspace, kind, value


def beginning(kind: str, text: str) -> str:
    """How identifiers of this kind that begin with the text are written, as far as `identifier` writes them anew."""
    if kind == "email":
        return text.strip().lower()
    if kind == "phone" and text.startswith("+"):
        return text.translate(_SET_APART)
    return text


class Node(msgspec.Struct, eq=False):
    """The root of a person, as the processor works with it."""

    person_id: str
    created_at: int
    """µs of receipt of the event that made it; the oldest survives a merge."""
    user_id: str | None = None
    """The user_id that it or any node merged into it carries."""
    absorbed: tuple[str, ...] = ()
    """All nodes merged into it, directly or not."""
    accounts: tuple[str, ...] = ()
    """Accounts of the root and of all absorbed, oldest first."""


class Known(NamedTuple):
    """What the state knows about some identifiers."""

    owners: dict[Identifier, str]
    """The node that each known identifier belongs to."""
    roots: dict[str, str]
    """The root of each of these nodes."""
    nodes: dict[str, Node]
    """These roots, by person id."""


class Merge(msgspec.Struct, frozen=True):
    """`absorbed` became an alias of `survivor` because `event_id` named both."""

    workspace: str
    survivor: str
    absorbed: str
    event_id: str
    identifiers: tuple[tuple[str, str], ...]
    """The (kind, value) pairs of the event."""
    merged_at: int
    undone_at: int | None = None


class Conflict(msgspec.Struct, frozen=True):
    """An event named people who must not be merged."""

    workspace: str
    event_id: str
    person_id: str
    """Whom the event went to."""
    other_id: str
    """Whom it was kept apart from."""
    kind: str
    value: str
    """The contested identifier."""
    resolution: str
    """`moved` (an anonymous_id followed the latest user) or `stayed`."""
    at: int


class Trait(msgspec.Struct, frozen=True):
    workspace: str
    person_id: str
    name: str
    value: Any
    occurred_at: int
    event_id: str


MOST_NAMES = 5_000
"""Event names of a list, or of no list, in the catalog. Events of further names are stored all the same."""
MOST_PROPERTIES = 1_000
"""Properties of an event name in the catalog, each with a type; and of one event those that are looked at."""
MOST_TRAITS = 1_000
"""Traits of one event that its person takes on; all of them stay with the event."""


class CatalogCount(msgspec.Struct, frozen=True):
    """How often an event name (property None) or one of its properties, in one type, was seen."""

    workspace: str
    list_id: str
    """'' for events of no list."""
    name: str
    property: str | None
    type: str
    """`string`, `integer`, `number`, `boolean`, `null`, `array`, `object`; '' for the event itself."""
    count: int
    first_seen: int
    last_seen: int


class QuarantineEntry(msgspec.Struct, frozen=True):
    """An event that a step could not handle. `payload` is the event's MessagePack as it stands in the log."""

    workspace: str
    dialect: str
    event_id: str
    partition: int
    offset: int
    index: int
    reason: str
    step: str
    payload: bytes
    received_at: int


class SeenKey(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A dedupe key with the event it was first seen at."""

    key: bytes
    """16 bytes."""
    day: int | None
    """For a key that is forgotten after a day: the day of receipt, counted from the epoch."""
    event_id: str
    received_at: int


class Changes(msgspec.Struct):
    """All that a batch changes, in the order in which it came about."""

    applied: Positions = {}
    """Of partitions that it read from."""
    marks: Marks = {}
    """Of the rows there."""
    created: list[tuple[str, str, int]] = []
    """(workspace, person id, µs of receipt)"""
    user_ids: dict[str, str] = {}
    """Root → the user_id it carries from now on."""
    attached: dict[Identifier, tuple[str, str, int]] = {}
    """Identifier → (person id, event id, received_at); replaces an earlier attachment."""
    merges: list[Merge] = []
    rooted: dict[str, str] = {}
    """Node → the root it belongs to from now on, of all nodes that these merges moved."""
    conflicts: list[Conflict] = []
    traits: dict[tuple[str, str, str], Trait] = {}
    """(workspace, person id, name) → newest"""
    accounts: dict[tuple[str, str, str], int] = {}
    """(workspace, person id, account id) → first seen, µs"""
    catalog: list[CatalogCount] = []
    quarantined: list[QuarantineEntry] = []
    released: list[str] = []
    """Event ids that leave quarantine."""
    seen: list[SeenKey] = []


class Summary(msgspec.Struct, frozen=True):
    """A person as listed: the root with everything merged into it."""

    person_id: str
    workspace: str
    created_at: int
    identifiers: list[dict[str, Any]]
    """`kind`, `value`, `person_id` (the node it belongs to), `since`"""
    traits: dict[str, Any]
    accounts: list[str]
    aliases: list[str]


class Person(Summary, frozen=True):
    """A person as shown, with the latest merges and conflicts, oldest first."""

    merges: list[Merge]
    conflicts: list[Conflict]
    merges_total: int
    """How many there are; so for conflicts: whoever has an e-mail that a shop puts into every order contests it with
    everybody."""
    conflicts_total: int


LEAST_BEGINNING = 3
"""Characters that identifiers are found by the beginning from."""
LONGEST_FOUND = 500
"""Characters of an identifier that is found by its beginning; a longer one is found by itself alone."""
FOUND_WHOLE = "anonymous_id"
"""The kind of identifiers of which none is found by its beginning: most are random, and there are many of them."""


class Match(NamedTuple):
    """By which identifier a person is found; matches stand in this order."""

    begins: bool
    """Whether the identifier goes on behind what was looked for."""
    value: str
    kind: str


class PeopleSearch(msgspec.Struct, frozen=True):
    """People with an identifier that is the text, or begins with it."""

    workspace: str
    text: str
    kind: str = ""
    """'': any."""
    hidden: frozenset[str] = frozenset()
    """Kinds that are not looked at."""
    limit: int = 50
    after: Match | None = None


class PeopleFound(NamedTuple):
    people: list[str]
    next: Match | None
    """What the search goes on behind; None: there is nothing more."""


class ProcessorState(Protocol):
    """The processor's end: batched look-ups, one transaction a batch. One process writes."""

    def applied(self) -> Positions: ...

    def marks(self) -> Marks:
        """Of the rows at `applied`, as far as they are known."""
        ...

    def load(self, identifiers: Collection[Identifier]) -> Known:
        """A fixed number of statements, however many identifiers."""
        ...

    def remember(self, changes: Changes) -> None:
        """Commits the batch, durable on return. Newer traits win (occurred_at, then event id)."""
        ...

    def unsynced(self) -> Iterator[SeenKey]:
        """Dedupe keys of remembered batches since the last `synced`, oldest first; more than needed after a crash."""
        ...

    def synced(self) -> None:
        """The dedupe keys of all batches that were remembered before the call before this one are durable in `Seen`."""
        ...


class Upkeep(Protocol):
    """What an operator does to the state. Runs between batches, durable on return."""

    def kept_apart(self) -> frozenset[tuple[str, str]]:
        """Pairs of nodes, in both orders, that an operator has unmerged: no event merges them again."""
        ...

    def merged(self) -> dict[str, str]:
        """Root by node, of all nodes that were merged into another."""
        ...

    def unmerge(self, workspace: str, person_id: str, now: int) -> Merge:
        """Undoes the latest merge that this person took part in: the one in which it was absorbed, or, for a
        survivor, the latest it survived. Keeps the two apart. Raises `NotFoundError`."""
        ...

    def erase(self, workspace: str, nodes: Sequence[str], event_ids: Sequence[str]) -> None:
        """Removes nodes with all that hangs on them, and these events from quarantine. No byte of them stays."""
        ...

    def quarantined(self, workspace: str | None) -> list[str]:
        """Ids of the quarantined events, oldest first. Workspace None: of all."""
        ...

    def entries(self, workspace: str | None, event_ids: Sequence[str]) -> list[QuarantineEntry]:
        """Quarantined events with these ids, oldest first. Workspace None: of all."""
        ...

    def clear(self) -> None:
        """Forgets everything that the log can give again, positions too; keeps what operators decided."""
        ...


class Seen(Protocol):
    """Dedupe keys of remembered batches."""

    def first(self, key: bytes, day: int | None) -> tuple[str, int] | None:
        """(event id, received_at) of the event at which the key was first seen, None for a new key. Keys
        of a day are known under that day only, for three days at least; keys for ever under None."""
        ...

    def put(self, keys: Iterable[SeenKey]) -> bool:
        """Replaces what was there; repeats change nothing. True when `sync` is due."""
        ...

    def sync(self) -> bool:
        """Makes some of what was put durable: so much that nobody waits for long. True at the end of a round, when
        all that had been put before the round began is durable. Forgets days that are over."""
        ...

    def clear(self) -> None: ...


class PeopleReader(Protocol):
    """The reading end, for answers. Safe from any thread; sees whole batches only."""

    def find(self, workspace: str, identifiers: dict[str, str]) -> list[str]:
        """Roots that carry all of the given kind → value pairs."""
        ...

    def search(self, wanted: PeopleSearch) -> PeopleFound:
        """Roots in the order of their first matches, at most `limit`: fewer, though there are more, where somebody
        has very many identifiers that match. Takes as long as what it finds, however many people there are."""
        ...

    def recent(self, workspace: str, limit: int, before: tuple[int, str] | None) -> list[tuple[int, str]]:
        """Roots as (created_at, person id), newest first, behind the keyset cursor."""
        ...

    def summaries(self, workspace: str, people: Sequence[str]) -> dict[str, Summary]:
        """By each of these ids (a few hundred at most), in their order; unknown ids are left out. A fixed number of
        statements."""
        ...

    def person(self, workspace: str, person_id: str, most: int | None = MOST_TOLD) -> Person | None:
        """The person that this id resolves to. `most`: merges and conflicts that it tells, the latest of each; None:
        all of them."""
        ...

    def roots(self, workspace: str, people: Sequence[str]) -> dict[str, str]:
        """Root by node, for every node asked."""
        ...

    def members(self, workspace: str, person_id: str) -> list[str]:
        """All nodes of the person that this id resolves to, the root first. Empty for an unknown id."""
        ...


class CatalogReader(Protocol):
    def properties(self, workspace: str, list_id: str) -> dict[str, Tallied]:
        """By event name of the list, sorted."""
        ...

    def catalog(self, workspace: str) -> list[CatalogCount]: ...

    def quarantine(self, workspace: str, limit: int, before: str | None) -> list[QuarantineEntry]:
        """Newest first by event id, behind the keyset cursor `before`."""
        ...
