"""A processor on real stores, with a stopwatch on each phase."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bowerbird.eventlog.sqlite import SqliteLogReader
from bowerbird.processor import worker
from bowerbird.processor.worker import Processor, Stores
from bowerbird.state import database
from bowerbird.state.seen import LmdbSeen
from bowerbird.state.sql import SqlState
from bowerbird.warehouse.duck import DuckWarehouse

WRITE = "write to the warehouse"
REMEMBER = "remember dedupe keys"


class Stopwatch:
    """Time spent in each phase, without what phases inside it take. One thread's."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        """Seconds of CPU time: what a phase costs, however busy the machine is otherwise."""
        self.lasted: dict[str, list[float]] = {}
        """Seconds on the clock of each call, with everything inside."""
        self._inside = [0.0]

    def over(self, owner: Any, method: str, phase: str) -> None:
        """From now on `owner.method` is timed as this phase."""
        plain: Callable[..., Any] = getattr(owner, method)
        self.cpu.setdefault(phase, 0.0)
        lasted = self.lasted.setdefault(phase, [])

        def timed(*args: Any, **kwargs: Any) -> Any:
            started, cpu_started = time.perf_counter(), time.thread_time()
            self._inside.append(0.0)
            try:
                return plain(*args, **kwargs)
            finally:
                cpu = time.thread_time() - cpu_started
                self.cpu[phase] += cpu - self._inside.pop()
                self._inside[-1] += cpu
                lasted.append(time.perf_counter() - started)

        setattr(owner, method, timed)

    def commits(self) -> list[float]:
        """Seconds that each batch spent on getting its results to disk."""
        return [wrote + kept for wrote, kept in zip(self.lasted[WRITE], self.lasted[REMEMBER], strict=True)]


@contextmanager
def processor(data: Path, batch_events: int = 10_000) -> Iterator[Processor]:
    """As `bowerbird.wiring.engine` puts it together, with one thread for DuckDB."""
    with ExitStack() as closing:
        warehouse = DuckWarehouse(data / "warehouse.duckdb", threads=1)
        closing.callback(warehouse.close)
        db = database.open_sqlite(data / "state.db")
        closing.callback(db.dispose)
        seen = LmdbSeen(data / "seen.lmdb")
        closing.callback(seen.close)
        reader = SqliteLogReader(data / "log")
        closing.callback(reader.close)
        yield Processor(Stores(reader, SqlState(db), seen, warehouse), batch_events)


def watched(work: Processor) -> Stopwatch:
    watch = Stopwatch()
    for owner, method, phase in (
        (work.log, "read", "read the log"),
        (worker, "decode", "decode"),
        (work.warehouse, "pack", "pack rows"),
        (work.people, "prepare", "look up people"),
        (work, "decide", "steps"),
        (work.warehouse, "write", WRITE),
        (work, "remember", REMEMBER),
        (work.state, "remember", "remember people, traits, catalog"),
        (work.seen, "sync", "sync dedupe keys"),
        (work, "process", "the rest"),
    ):
        watch.over(owner, method, phase)
    return watch


@contextmanager
def moving(warehouse: DuckWarehouse, cpu: int) -> Iterator[list[float]]:
    """Rows move from hot to cold in a second thread, on this CPU. Gives the seconds each move took."""
    stopping = threading.Event()
    moves: list[float] = []

    def follow() -> None:
        os.sched_setaffinity(threading.get_native_id(), {cpu})
        while not stopping.wait(0.2):
            while (started := time.perf_counter()) and warehouse.move() and not stopping.is_set():
                moves.append(time.perf_counter() - started)

    thread = threading.Thread(target=follow, name="mover")
    thread.start()
    try:
        yield moves
    finally:
        stopping.set()
        thread.join()


def memory() -> tuple[float, float]:
    """Resident megabytes of this process: anonymous, and of mapped files."""
    status = Path("/proc/self/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    anonymous, files = (int(fields[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return anonymous, files
