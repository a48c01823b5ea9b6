"""A processor on small real stores: the state in SQLite (in memory), log, keys and warehouse in memory."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import Engine

from bowerbird.clock import SECOND, FixedClock
from bowerbird.event import Event, event_ids
from bowerbird.eventlog.memory import MemoryLog
from bowerbird.processor.operations import Operations
from bowerbird.processor.steps import STEPS, Step
from bowerbird.processor.worker import Processor, Stores
from bowerbird.state.database import open_sqlite
from bowerbird.state.readers import SqlCatalog, SqlPeople
from bowerbird.state.seen import MemorySeen
from bowerbird.state.sql import SqlState
from bowerbird.state.tables import metadata
from bowerbird.state.upkeep import SqlUpkeep
from bowerbird.warehouse.base import EventQuery, StoredEvent
from bowerbird.warehouse.memory import MemoryWarehouse

NOW = 1_790_000_000 * SECOND


class Line:
    """Events in, and what became of them."""

    def __init__(
        self,
        batch_events: int = 1000,
        steps: Sequence[Step] = STEPS,
        *,
        seen: MemorySeen | None = None,
        engine: Engine | None = None,
        cached: int = 1000,
    ) -> None:
        self.clock = FixedClock(NOW)
        self.log = MemoryLog(self.clock)
        self.engine = engine or open_sqlite(None)
        self.seen = seen or MemorySeen()
        self.warehouse = MemoryWarehouse()
        self.state = SqlState(self.engine)
        self.people = SqlPeople(self.engine)
        self.catalog = SqlCatalog(self.engine)
        self.batch_events = batch_events
        self.steps = steps
        self.cached = cached
        self.ids = event_ids()
        self.start()

    def start(self) -> None:
        """As after a restart: nothing in memory, everything that was committed still there."""
        stores = Stores(self.log, self.state, self.seen, self.warehouse)
        self.processor = Processor(stores, self.batch_events, self.steps)
        self.processor.people.capacity = self.cached
        self.operations = Operations(self.processor, SqlUpkeep(self.engine), self.people, self.clock)
        self.operations.recover()

    def event(self, name: str = "seen", **fields: Any) -> Event:
        self.clock.advance(1)
        at = self.clock.now()
        known = {"workspace": "default", "dialect": "scribe", "kind": "track", "key_id": "key", "occurred_at": at}
        return Event(**{**known, "name": name, "event_id": self.ids(at), "received_at": at, **fields})

    def append(self, *rows: Sequence[Event]) -> None:
        async def append() -> None:
            for row in rows:
                await self.log.append(row)

        asyncio.run(append())

    def send(self, *events: Event) -> None:
        """Logs the events, a row each, and processes them."""
        self.append(*[[event] for event in events])
        self.run()

    def run(self) -> None:
        while self.processor.run_once():
            pass

    def retry(self) -> tuple[int, int]:
        """All that is in quarantine."""
        return self.operations.retry("default", self.operations.quarantined("default", None))

    def stored(self, name: str | None = None) -> list[StoredEvent]:
        found = self.warehouse.events(EventQuery("default", name=name, limit=10_000))
        return sorted(found, key=lambda each: each.event_id)

    def outcomes(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for (_, _, outcome), count in self.warehouse.counts(self.processor.applied).items():
            counts[outcome] = counts.get(outcome, 0) + count
        return counts

    def person_of(self, event: Event) -> str | None:
        """The person of the event after all merges; None when the event is not stored with one."""
        person_id = self.warehouse.find("default", event.event_id)[0].person_id
        return person_id and self.people.roots("default", [person_id])[person_id]


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def make_line() -> Callable[..., Line]:
    return Line


@pytest.fixture(scope="module")
def engines() -> Callable[[], Engine]:
    """Three empty databases in turn, for tests of many lines: what SQLAlchemy compiled for a database, it knows."""
    turn = cycle([open_sqlite(None) for _ in range(3)])

    def empty() -> Engine:
        engine = next(turn)
        with engine.begin() as connection:
            for table in metadata.tables.values():
                connection.execute(table.delete())
        return engine

    return empty
