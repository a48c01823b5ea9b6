"""The processor: a function of the log. Reads a batch, takes each event through the steps, stores, remembers."""

from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

import msgspec

from bowerbird.errors import WarehouseRejectedError
from bowerbird.event import Event, Position, Positions
from bowerbird.eventlog.base import LogReader, LogRow
from bowerbird.eventlog.codec import DecodeFailure, decode_each
from bowerbird.eventlog.whole import check_same
from bowerbird.processor.batch import Batch, Failed, Item
from bowerbird.processor.catalog import Catalog
from bowerbird.processor.dedupe import Keys
from bowerbird.processor.facts import facts_of
from bowerbird.processor.garbage import uncollected
from bowerbird.processor.people import People
from bowerbird.processor.quarantine import Bar, Barred, UnfitError, bar, undecodable
from bowerbird.processor.steps import STEPS, Step
from bowerbird.state.base import Changes, ProcessorState, Seen
from bowerbird.warehouse.base import Packed, Row, Warehouse

LOST = Bar("store", "it could not be processed; the reason was lost when the processor was stopped")

HANDFUL = 500
"""Events that are decoded, decided and packed together: as many as a processor's cache holds."""


class Stores(NamedTuple):
    """Where the processor reads from and writes to."""

    log: LogReader
    state: ProcessorState
    seen: Seen
    warehouse: Warehouse


class Processor:
    """Runs in one thread. Killed anywhere and started again, it ends up where it would have been."""

    def __init__(self, stores: Stores, batch_events: int = 10_000, steps: Sequence[Step] = STEPS) -> None:
        self.log, self.state, self.seen, self.warehouse = stores
        self.batch_events = batch_events
        self.steps = steps
        self.people = People(self.state)
        self.applied: Positions = {}
        self.held_back: Set[str] = frozenset()
        """While it recovers: the quarantined among the events that are stored and not remembered."""

    def recover(self) -> None:
        """Takes up where the last run ended. What it stored but did not remember is processed again first, alone, so
        that nothing an operator does now can make it come out differently. Raises `LogDamagedError` beside another
        log than the last run's."""
        check_same(self.log, self.state.marks())
        self.people.forget()
        self.applied = self.state.applied()
        if not self.applied:  # a replay was cut short, and these keys are of the run before
            self.seen.clear()
        self.seen.put(self.state.unsynced())
        stored = self.warehouse.applied()
        self.held_back = self.warehouse.quarantined(self.applied)
        while self.run_once(upto=stored):
            pass
        self.held_back = frozenset()

    def run_once(self, upto: Positions | None = None) -> int:
        """Processes what the log holds, up to one batch. Returns the number of events, 0 when there was none."""
        with uncollected():
            rows = self.log.read(self.applied, self.batch_events, upto)
            if rows:
                self.process(rows)
            return sum(row.size for row in rows)

    def process(self, rows: Sequence[LogRow]) -> None:
        """Processes log rows and commits them. What the warehouse names goes to quarantine, and the rest is tried
        again; where an event cannot be told, the rows are split until it stands alone in its row."""
        failure = self._process_barring(rows)
        if failure is None:
            return
        if len(rows) == 1:
            raise failure
        middle = len(rows) // 2
        self.process(rows[:middle])
        self.process(rows[middle:])

    def _process_barring(self, rows: Sequence[LogRow]) -> UnfitError | WarehouseRejectedError | None:
        """Every round bars at least one event more, so it ends. Returns the failure that no event accounts for."""
        barred: Barred = {}
        while True:
            try:
                self._commit(rows, barred)
            except (UnfitError, WarehouseRejectedError) as failure:
                self.people.forget()
                if not bar(barred, failure, rows):
                    return failure
            else:
                return None

    def _commit(self, rows: Sequence[LogRow], barred: Barred) -> None:
        packed, changes = self.outcome(rows, barred)
        changes.applied = {row.partition: row.offset for row in rows}
        changes.marks = {row.partition: (row.offset, row.committed_at) for row in rows}
        reached = self.applied | changes.applied
        self.warehouse.write(packed, reached, facts_of(changes))
        try:
            self.remember(changes)
        except BaseException:
            self.people.forget()
            raise
        self.applied = reached

    def outcome(self, rows: Sequence[LogRow], barred: Barred) -> tuple[list[Packed], Changes]:
        """What becomes of the rows' events: decided and packed, and neither stored nor remembered yet. Raises
        `UnfitError`, which names as many as can be told at once."""
        batch = self.batch()
        packed: list[Packed] = []
        unfit: Barred = {}
        for handful in _handfuls(rows):
            try:
                packed.append(self._pack(handful, barred, batch))
            except WarehouseRejectedError as rejected:
                if not rejected.reasons:
                    raise
                unfit |= {event_id: Bar("store", why) for event_id, why in rejected.reasons.items()}
        unfit |= self.to_blame(batch.failed)
        if unfit := unfit or self._held_back(rows, barred):
            raise UnfitError(unfit)
        return packed, batch.learned()

    def _held_back(self, rows: Sequence[LogRow], barred: Barred) -> Barred:
        """Events that would go through now, but did not when they were stored: what did not fit then, only storing it
        may tell, and a row that is there is not stored again."""
        ids = self.held_back - barred.keys()
        events = (each for row in rows for each in decode_each(row.events)) if ids else ()
        return {each.event_id: LOST for each in events if isinstance(each, Event) and each.event_id in ids}

    def _pack(self, rows: Sequence[LogRow], barred: Barred, batch: Batch) -> Packed:
        items, refused = decode(rows, barred, batch.changes)
        self.decide(items, batch)
        return self.warehouse.pack([*items, *refused])

    def batch(self) -> Batch:
        self.people.make_room()
        return self._batch_of(self.people)

    def _batch_of(self, people: People) -> Batch:
        return Batch(people, Keys(self.seen), Catalog(), Changes(), [])

    def decide(self, items: Sequence[Item], batch: Batch) -> None:
        """Takes items through the steps; `batch.failed` has those that failed."""
        batch.people.prepare(item.identifiers for item in items)
        take_through(self.steps, items, batch)

    def to_blame(self, failed: Sequence[Failed]) -> Barred:
        """The first that failed, and each other that fails by itself, too. Any further one may have failed only for
        what those before it left half done, and gets another chance without them."""
        return {each.event.event_id: each.bar for each in failed if each is failed[0] or self._fails_alone(each)}

    def _fails_alone(self, failed: Failed) -> bool:
        batch = self._batch_of(self.people.anew())
        self.decide([Item.of(failed.position, failed.event)], batch)
        return bool(batch.failed)

    def remember(self, changes: Changes) -> None:
        self.state.remember(changes)
        if self.seen.put(changes.seen) and self.seen.sync():
            self.state.synced()


def _handfuls(rows: Sequence[LogRow]) -> Iterator[list[LogRow]]:
    handful: list[LogRow] = []
    size = 0
    for row in rows:
        handful.append(row)
        size += row.size
        if size >= HANDFUL:
            yield handful
            handful, size = [], 0
    if handful:
        yield handful


def decode(rows: Sequence[LogRow], barred: Barred, changes: Changes) -> tuple[list[Item], list[Row]]:
    """The events of the log rows, and rows of those that go to quarantine at once: what cannot be decoded, and what is
    barred."""
    items: list[Item] = []
    refused: list[Row] = []
    for row in rows:
        for index, event in enumerate(decode_each(row.events)):
            position = Position(row.partition, row.offset, index)
            if isinstance(event, DecodeFailure):
                entry, stored = undecodable(position, event)
            elif event.event_id in barred:
                entry, stored = barred[event.event_id].quarantine(position, event)
            else:
                items.append(Item.of(position, event))
                continue
            changes.quarantined.append(entry)
            refused.append(stored)
    return items, refused


def take_through(steps: Sequence[Step], items: Sequence[Item], batch: Batch) -> None:
    """Every event through the steps, until one gives it an outcome. Where a step raises, the batch is void, and the
    others go on only to tell which of them fail."""
    for item in items:
        event = item.event
        try:
            for step in steps:
                step(item, batch)
                if item.outcome != "stored":
                    break
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, msgspec.MsgspecError) as error:
            batch.failed.append(Failed(item.position, event, Bar(step.__name__, f"{type(error).__name__}: {error}")))
