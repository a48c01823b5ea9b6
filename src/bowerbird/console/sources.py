"""What the console's answers are made from."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from bowerbird.audit.trace import Stores, Traces, trace
from bowerbird.clock import Clock
from bowerbird.console.base import Engine
from bowerbird.event import Positions
from bowerbird.eventlog.base import LogReader
from bowerbird.insights.ask import Insights
from bowerbird.processor.lag import Lag
from bowerbird.refusallog.base import RefusalReader
from bowerbird.registry.base import Snapshot, Snapshots
from bowerbird.registry.described import Descriptions
from bowerbird.registry.saved import Saved
from bowerbird.state.base import CatalogReader, PeopleReader
from bowerbird.warehouse.base import Warehouse

T = TypeVar("T")


class LogDesk:
    """The log's reading end for many threads: one thread of its own opens the reader and answers in turn."""

    def __init__(self, open_log: Callable[[], LogReader]) -> None:
        self._open = open_log
        self._reader: LogReader | None = None
        self._thread = ThreadPoolExecutor(1, "console-log")

    def ask(self, question: Callable[[LogReader], T]) -> T:
        """Blocks until the question is answered; what it raises is raised here."""
        return self._thread.submit(self._answer, question).result()

    def close(self) -> None:
        self._thread.shutdown()

    def _answer(self, question: Callable[[LogReader], T]) -> T:
        if self._reader is None:
            self._reader = self._open()
        return question(self._reader)


class Registry:
    """The newest registry snapshot. Asking costs one small statement; safe from any thread."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._latest: Snapshot | None = None

    def current(self) -> Snapshot:
        latest = self._latest
        newer = self._snapshots.load(latest.version if latest else None)
        if newer is not None:
            self._latest = latest = newer
        if latest is None:  # the port gives a snapshot to whoever has none
            raise RuntimeError("the registry gave no first snapshot")
        return latest


@dataclass(frozen=True, slots=True)
class Sources:
    """The ports that the console asks. All but the log are safe from any thread."""

    engine: Engine
    people: PeopleReader
    catalog: CatalogReader
    described: Descriptions
    warehouse: Warehouse
    log: LogDesk
    applied: Callable[[], Positions]
    """What the processor's state has applied. Safe from any thread."""
    lag: Callable[[], Lag]
    """How far the processor is behind. Does not wait for it."""
    registry: Registry
    refusals: RefusalReader
    clock: Clock
    insights: Insights
    saved: Saved
    """Segments and boards."""

    def trace(self, workspace: str | None, event_id: str) -> Traces:
        """Where the event is, in this workspace or, with None, in any. Blocking."""
        label = self.registry.current().label
        known = (self.applied, self.warehouse, self.people, self.catalog, self.clock, label)
        return self.log.ask(lambda log: trace(Stores(log, *known), workspace, event_id))
