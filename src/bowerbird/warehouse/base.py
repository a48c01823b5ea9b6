"""Where processed events are stored for questions."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from bowerbird.event import Event, Position, Positions
from bowerbird.warehouse.facts import NOTHING, Facts, PeopleFacts

Outcome = Literal["stored", "duplicate", "identify_only", "quarantined", "erased"]


class Row(msgspec.Struct, gc=False):
    """A processed event: where it stood, what became of it, and whose it is.

    `person_id` is the person the event's own identifiers belong to; merges are resolved when reading. For a
    duplicate, `duplicate_of` is the event id of the first one, and `person_id` whom it would have gone to, if anybody.
    """

    position: Position
    event: Event
    outcome: Outcome = "stored"
    person_id: str | None = None
    duplicate_of: str | None = None


class EventQuery(msgspec.Struct, frozen=True):
    """Which stored events to read, newest first by (occurred_at, event_id)."""

    workspace: str
    name: str | None = None
    people: tuple[str, ...] | None = None
    """Any of these person ids; None: everybody's."""
    list_id: str | None = None
    dialect: str | None = None
    property: tuple[str, str] | None = None
    """(name, value): only events with this property and, as text, this value: `pro`, `19.99`, `true`."""
    since: int | None = None
    """µs, inclusive, on occurred_at."""
    until: int | None = None
    """µs, exclusive, on occurred_at."""
    before: tuple[int, str] | None = None
    """Keyset cursor: only events older than this (occurred_at, event_id)."""
    limit: int = 100


class StoredEvent(msgspec.Struct, frozen=True):
    """An event row as read back. `properties` and `traits` are decoded JSON; times are µs."""

    position: Position
    outcome: Outcome
    event_id: str
    workspace: str
    dialect: str
    kind: str
    name: str
    occurred_at: int
    received_at: int
    key_id: str
    person_id: str | None
    user_id: str | None
    anonymous_id: str | None
    email: str | None
    phone: str | None
    account_id: str | None
    list_id: str | None
    value: str | None
    """Decimal as text, no trailing zeros: `19.99`."""
    currency: str | None
    order_id: str | None
    click_id: str | None
    source_id: str | None
    duplicate_of: str | None
    properties: dict[str, Any]
    traits: dict[str, Any]
    context: dict[str, Any]


Packed = Any
"""Rows as one adapter takes them in; nobody else looks inside."""

OutcomeCounts = dict[tuple[str, str, str], int]
"""Events by (workspace, dialect, outcome)."""


class Warehouse(PeopleFacts, Protocol):
    """Stores every processed event with its outcome. One process owns it; its threads may share it."""

    def pack(self, rows: Sequence[Row]) -> Packed:
        """The rows in the form in which `write` takes them: some hundreds at a time, while they are at hand. Stores
        nothing. Raises `WarehouseRejectedError` when a row cannot be stored, naming all those."""
        ...

    def write(self, packed: Sequence[Packed], applied: Positions, learned: Facts = NOTHING) -> None:
        """Stores the rows, what they taught of people, and `applied`, in one transaction, durable on return. A row at
        or before the position already applied in its partition was stored by an earlier delivery and is passed over;
        so is what was learned, when all positions were. Only rows with outcome `stored` keep properties, traits and
        context.

        Raises `WarehouseRejectedError` when a row turns out to be unfit all the same, without naming it; then nothing
        was stored.
        """
        ...

    def restore(self, rows: Sequence[Row], learned: Facts = NOTHING) -> None:
        """Gives rows that are there already a new outcome, person or content (a retried quarantine entry, an
        erasure): rows with the same event id are replaced, in one transaction, durable on return. Unknown
        ones are passed over. Adds what was learned of people beside."""
        ...

    def applied(self) -> Positions:
        """What `write` remembered last."""
        ...

    def counts(self, upto: Positions) -> OutcomeCounts:
        """Rows by workspace, dialect and outcome, those behind `upto` left out."""
        ...

    def events(self, query: EventQuery) -> list[StoredEvent]:
        """Rows with outcome `stored` that fit the query, at most `query.limit`."""
        ...

    def find(self, workspace: str | None, event_id: str) -> list[StoredEvent]:
        """Rows of any outcome with this event id or this source id, oldest first, at most 100. Workspace None:
        in all of them."""
        ...

    def of_people(self, workspace: str, people: Sequence[str]) -> Iterator[StoredEvent]:
        """Every row of any outcome of these person ids, oldest first; for export and erasure of a person."""
        ...

    def quarantined(self, after: Positions) -> set[str]:
        """Event ids of rows with outcome `quarantined` behind these positions."""
        ...

    def repeats_of(self, workspace: str, event_ids: Sequence[str]) -> Iterator[StoredEvent]:
        """Rows of duplicates of these events, oldest first."""
        ...

    def export(self, workspace: str, target: Path, form: Literal["parquet", "ndjson"]) -> int:
        """Writes all stored events to a file and returns how many. People are named as in `Row.person_id`."""
        ...

    def move(self) -> int:
        """Moves whole row groups from hot to cold and returns how many rows went. Call it from a second thread."""
        ...

    def clear(self) -> None:
        """Forgets everything, positions too; for a replay from the log."""
        ...

    def close(self) -> None:
        """Checkpoints and lets go of the files."""
        ...
