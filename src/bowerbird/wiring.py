"""Assembly: the only file that knows which adapter runs."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from socket import socket

from fastapi import FastAPI

from bowerbird.clock import SECOND, Clock, SystemClock
from bowerbird.collector import server
from bowerbird.collector.app import Collector
from bowerbird.collector.dialects.base import Dialect
from bowerbird.collector.dialects.flywheel import Flywheel
from bowerbird.collector.dialects.klaviyo import Klaviyo
from bowerbird.collector.dialects.octeth import Octeth
from bowerbird.collector.dialects.scribe import Scribe
from bowerbird.collector.dialects.successeve import Successeve
from bowerbird.collector.importing import ImportParts
from bowerbird.collector.limits_mmap import MmapLimiter
from bowerbird.collector.parts import Parts
from bowerbird.collector.refresh import Refresher
from bowerbird.console.app import create_app
from bowerbird.console.control import announce, control_token, withdraw
from bowerbird.console.serve import serve as serve_console
from bowerbird.console.sources import LogDesk, Registry, Sources
from bowerbird.errors import DataDirectoryBusyError
from bowerbird.eventlog.sqlite import SqliteLogReader, SqliteLogWriter
from bowerbird.processor.engine import ProcessorThread
from bowerbird.processor.operations import Operations
from bowerbird.processor.worker import Processor, Stores
from bowerbird.registry.sql import SqlRegistry, open_sqlite
from bowerbird.service.sockets import url_of
from bowerbird.settings import Settings
from bowerbird.state import database
from bowerbird.state.readers import SqlCatalog, SqlPeople
from bowerbird.state.seen import LmdbSeen
from bowerbird.state.sql import SqlState
from bowerbird.state.upkeep import SqlUpkeep
from bowerbird.warehouse.duck import DuckWarehouse

DAY = 86_400 * SECOND
_PATIENCE = 5.0
"""Seconds for which a warehouse that a dying predecessor still holds is waited for."""


def dialects(console_url: str) -> tuple[Dialect, ...]:
    """`console_url`: where answers send a person who has to change something."""
    return Scribe(f"{console_url}/"), Klaviyo(), Flywheel(), Successeve(), Octeth()


def open_registry(settings: Settings, clock: Clock | None = None) -> SqlRegistry:
    """The registry of the data directory, made where it is missing."""
    return open_sqlite(settings.data, clock or SystemClock())


def run_collector(settings: Settings, listener: socket, console_url: str, ready: Callable[[], None]) -> None:
    """One collector process, until SIGTERM."""
    clock = SystemClock()
    registry = open_registry(settings, clock)
    parts = Parts(
        dialects=dialects(settings.public_url.rstrip("/") or console_url),
        log=_open_log_writer(settings, clock),
        registry=Refresher(registry),
        registers=registry.registers,
        catalog=SqlCatalog(database.open_sqlite(settings.data / "state.db")),
        limiter=MmapLimiter.open(settings.data / "limits"),
        clock=clock,
        body_limit=settings.body_limit,
    )
    server.serve(Collector(parts), listener, ready)


def run_engine(settings: Settings, listener: socket, collector_url: str, ready: Callable[[], None]) -> None:
    """The engine process: processor, console and JSON API, until SIGTERM; then what was accepted is processed."""
    with engine(settings, collector_url) as running, _announced(settings, listener):
        serve_console(running.app, listener, ready)
        running.thread.catch_up()


@contextmanager
def local_console(settings: Settings) -> Iterator[FastAPI]:
    """The console's app in this process, for the command line beside no running server."""
    with engine(settings, "") as running:
        yield running.app


@asynccontextmanager
async def open_import(settings: Settings) -> AsyncIterator[ImportParts]:
    """What an import writes with, beside a running server or without one: a log partition of its own."""
    clock = SystemClock()
    registry = open_registry(settings, clock)
    db = database.open_sqlite(settings.data / "state.db")
    log = _open_log_writer(settings, clock)
    try:
        snapshot = registry.load()
        if snapshot is None:
            raise RuntimeError("the registry gave no first snapshot")
        yield ImportParts(dialects(settings.public_url), snapshot, log, registry.registers, SqlCatalog(db), clock)
    finally:
        await log.close()
        db.dispose()
        registry.close()


def _open_log_writer(settings: Settings, clock: Clock) -> SqliteLogWriter:
    """The writing end of a partition that nobody else writes to."""
    return SqliteLogWriter.claim(settings.data / "log", settings.segment_bytes, clock)


@dataclass(frozen=True)
class Running:
    app: FastAPI
    thread: ProcessorThread


@contextmanager
def engine(settings: Settings, collector_url: str, clock: Clock | None = None) -> Iterator[Running]:
    """Processor and console app on the data directory, which nobody else may be serving. Raises
    `DataDirectoryBusyError`."""
    clock = clock or SystemClock()
    with ExitStack() as closing:
        registry = open_registry(settings, clock)
        closing.callback(registry.close)
        warehouse = _open_warehouse(settings)
        closing.callback(warehouse.close)
        db = database.open_sqlite(settings.data / "state.db")
        closing.callback(db.dispose)
        seen = LmdbSeen(settings.data / "seen.lmdb")
        closing.callback(seen.close)
        log_dir = settings.data / "log"
        reader = SqliteLogReader(log_dir)
        closing.callback(reader.close)
        state, people = SqlState(db), SqlPeople(db)
        processor = Processor(Stores(reader, state, seen, warehouse), settings.batch_events)
        keep = settings.log_keep_days * DAY or None
        thread = ProcessorThread(Operations(processor, SqlUpkeep(db), people, clock), clock, keep)
        thread.start()
        closing.callback(thread.stop)
        sources = Sources(
            engine=thread,
            people=people,
            catalog=SqlCatalog(db),
            warehouse=warehouse,
            log=LogDesk(lambda: SqliteLogReader(log_dir)),
            applied=state.applied,
            registry=Registry(registry),
            clock=clock,
        )
        yield Running(create_app(sources, control_token(settings.data), collector_url), thread)


def _open_warehouse(settings: Settings) -> DuckWarehouse:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            path = settings.data / "warehouse.duckdb"
            return DuckWarehouse(path, settings.warehouse_memory, settings.warehouse_threads)
        except DataDirectoryBusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def _announced(settings: Settings, listener: socket) -> Iterator[None]:
    """The command line finds the engine while it runs."""
    announce(settings.data, url_of(listener))
    try:
        yield
    finally:
        withdraw(settings.data)
