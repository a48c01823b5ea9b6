"""Where one event is: accepted when and by which key, what became of it, and whose it is."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import asdict

from bowerbird.clock import DAY, SECOND, Clock
from bowerbird.event import Event, Position, Positions
from bowerbird.eventlog.base import LogReader, LogRow
from bowerbird.eventlog.codec import decode_each
from bowerbird.registry.labels import key_named
from bowerbird.state.base import CatalogReader, PeopleReader
from bowerbird.warehouse.base import StoredEvent, Warehouse

ATTRIBUTION_WINDOW = 30 * DAY
"""An event belongs to its click for 30 days (Scribe)."""

_SEARCH_SECONDS = 2
_ROWS_AT_ONCE = 5_000


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened to the event."""

    step: str
    """`accepted`, `logged`, `pending`, `stored`, `duplicate`, `identify_only`, `quarantined`, `erased`, `person`,
    `attributed` or `touched`."""
    text: str
    """Without values that senders sent: these are facts, which can be masked by their names."""
    at: int | None = None
    """µs; None where no time is kept."""
    facts: dict[str, Any] = {}


class Trace(msgspec.Struct, frozen=True):
    """The way of one event. `outcome` is an `Outcome`, or `pending`."""

    workspace: str
    event_id: str
    source_id: str | None
    dialect: str
    name: str
    outcome: str
    steps: tuple[Step, ...]


class Traces(msgspec.Struct, frozen=True):
    """All events with the id that was asked for, oldest first. When there are none, `advice` says where to look."""

    id: str
    found: tuple[Trace, ...]
    advice: str = ""


class Stores(NamedTuple):
    """Where an event can be."""

    log: LogReader
    applied: Callable[[], Positions]
    warehouse: Warehouse
    people: PeopleReader
    catalog: CatalogReader
    clock: Clock
    label: Callable[[str], str]
    """What a key is called, by its id; '' where it is called nothing."""


def trace(stores: Stores, workspace: str | None, event_id: str) -> Traces:
    """Looks for an event by our id or by the sender's own. Workspace None: in all of them.

    The log is searched only behind what is processed, and for at most 2 seconds.
    """
    done = stores.applied()
    rows = stores.warehouse.find(workspace, event_id)
    processed = tuple(_processed(stores, row) for row in rows)
    known = {row.event_id for row in rows}
    search = _Search(event_id, workspace, stores.clock.now() + _SEARCH_SECONDS * SECOND)
    waiting = tuple(
        _pending(stores, position, event)
        for position, event in search.run(stores.log, done, stores.clock)
        if event.event_id not in known
    )
    found = processed + waiting
    return Traces(event_id, found, "" if found else _advice(search.complete))


class _Search:
    """A look through the log's unprocessed rows that ends at a deadline."""

    def __init__(self, event_id: str, workspace: str | None, deadline: int) -> None:
        self.event_id = event_id
        self.needle = event_id.encode()
        self.workspace = workspace
        self.deadline = deadline
        self.complete = True

    def run(self, log: LogReader, done: Positions, clock: Clock) -> Iterator[tuple[Position, Event]]:
        heads, after = log.heads(), dict(done)
        while rows := log.read(after, _ROWS_AT_ONCE, heads):
            for row in rows:
                after[row.partition] = row.offset
                yield from self._matches(row)
            if clock.now() > self.deadline:
                self.complete = False
                return

    def _matches(self, row: LogRow) -> Iterator[tuple[Position, Event]]:
        if self.needle not in row.events:
            return
        for index, event in enumerate(decode_each(row.events)):
            if isinstance(event, Event) and self._is_meant(event):
                yield Position(row.partition, row.offset, index), event

    def _is_meant(self, event: Event) -> bool:
        return self.event_id in (event.event_id, event.source_id) and self.workspace in (None, event.workspace)


def _processed(stores: Stores, row: StoredEvent) -> Trace:
    steps = [_accepted(stores, row), _logged(row.position), _outcome(stores, row)]
    if row.person_id is not None:
        steps.append(_person(stores.people, row.workspace, row.person_id))
    if row.outcome == "stored":
        steps.extend(_attribution(stores.warehouse, row))
    return _trace(row, row.outcome, steps)


def _pending(stores: Stores, position: Position, event: Event) -> Trace:
    text = "Durable in the log; the processor has not come to it yet."
    return _trace(event, "pending", [_accepted(stores, event), _logged(position), Step("pending", text)])


def _trace(event: Event | StoredEvent, outcome: str, steps: list[Step]) -> Trace:
    return Trace(event.workspace, event.event_id, event.source_id, event.dialect, event.name, outcome, tuple(steps))


def _accepted(stores: Stores, event: Event | StoredEvent) -> Step:
    key = key_named(event.key_id, stores.label(event.key_id)) if event.key_id else "unknown"
    text = f"{event.dialect} {event.kind} {event.name!r}, with key {key}"
    facts = {"key_id": event.key_id, "kind": event.kind, "occurred_at": event.occurred_at}
    return Step("accepted", text, event.received_at, facts)


def _logged(position: Position) -> Step:
    text = f"partition {position.partition}, row {position.offset}, event {position.index}"
    return Step("logged", text, None, asdict(position))


def _outcome(stores: Stores, row: StoredEvent) -> Step:
    match row.outcome:
        case "duplicate":
            return _duplicate(stores.warehouse, row)
        case "quarantined":
            return _quarantined(stores.catalog, row)
        case "identify_only":
            return Step("identify_only", "Says who somebody is; it changed the person and left no event row.")
        case "erased":
            return Step("erased", "Its content was erased together with its person.")
        case _:
            return Step("stored", "Stored in the warehouse.")


def _duplicate(warehouse: Warehouse, row: StoredEvent) -> Step:
    first_id = row.duplicate_of or ""
    first = next((one for one in warehouse.find(row.workspace, first_id) if one.event_id == first_id), None)
    text = f"The same occurrence as event {first_id}, which was counted."
    return Step("duplicate", text, None, {"duplicate_of": first_id, "first_at": first.received_at if first else None})


def _quarantined(catalog: CatalogReader, row: StoredEvent) -> Step:
    # The keyset is exclusive and newest first: what follows the event's own id starts at the event.
    entry = next(iter(catalog.quarantine(row.workspace, 1, row.event_id + "0")), None)
    if entry is None or entry.event_id != row.event_id:
        return Step("quarantined", "In quarantine; its reason is no longer kept.")
    text = f"Step {entry.step} could not handle it."
    return Step("quarantined", text, None, {"failed_step": entry.step, "reason": entry.reason})


def _person(people: PeopleReader, workspace: str, person_id: str) -> Step:
    root = people.roots(workspace, [person_id]).get(person_id, person_id)
    text = root if root == person_id else f"{root} (as {person_id}, since merged)"
    return Step("person", text, None, {"person_id": root, "named_as": person_id})


def _attribution(warehouse: Warehouse, row: StoredEvent) -> Iterator[Step]:
    if row.click_id is not None and row.kind != "click":
        yield _click(warehouse, row, row.click_id)
    utm = {name: value for name, value in row.properties.items() if name.lower().startswith("utm_")}
    if utm:
        yield Step("touched", "Its properties name a campaign.", None, dict(sorted(utm.items())))


def _click(warehouse: Warehouse, row: StoredEvent, click_id: str) -> Step:
    clicks = [one for one in warehouse.find(row.workspace, click_id) if one.kind == "click"]
    facts: dict[str, Any] = {"click_id": click_id}
    if not clicks:
        return Step("attributed", "To nothing: its click is not known.", None, facts)
    click = clicks[0]
    if not 0 <= row.occurred_at - click.occurred_at <= ATTRIBUTION_WINDOW:
        text = "To nothing: its click is not within the 30 days before the event."
        return Step("attributed", text, click.occurred_at, facts)
    return Step("attributed", "To its click.", click.occurred_at, facts | click.properties)


def _advice(complete: bool) -> str:
    if not complete:
        return "The log holds more unprocessed events than could be searched; try again when pending is lower."
    return (
        "No accepted event has this id. A request that was refused leaves no event: `bowerbird refusals` shows the "
        "latest ones. If it is not among them, check that the sender sends to this server and to this workspace."
    )
