"""The engine process: processor, console and JSON API."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from socket import socket
from typing import NamedTuple

from fastapi import FastAPI
from sqlalchemy import Engine

from bowerbird.clock import DAY, Clock, SystemClock
from bowerbird.console.app import create_app
from bowerbird.console.control import announce, control_token, withdraw
from bowerbird.console.pages.desk import Desk
from bowerbird.console.pages.offered_values import OfferedValues
from bowerbird.console.pages.port import add_pages
from bowerbird.console.pages.trait_names import TraitNames
from bowerbird.console.serve import serve as serve_console
from bowerbird.console.sources import LogDesk, Registry, Sources
from bowerbird.errors import DataDirectoryBusyError
from bowerbird.eventlog.sqlite import SqliteLogReader
from bowerbird.eventlog.whole import check_same, check_whole
from bowerbird.insights.ask import Insights
from bowerbird.insights.saved import segments_of
from bowerbird.priority import step_back
from bowerbird.processor.engine import ProcessorThread
from bowerbird.processor.lag import Lag, lag_behind
from bowerbird.processor.operations import Operations
from bowerbird.processor.worker import Processor, Stores
from bowerbird.refusallog.sqlite import SqliteRefusals
from bowerbird.registry.operators import Operators
from bowerbird.registry.sql import SqlRegistry
from bowerbird.service.sockets import url_of
from bowerbird.settings import Settings
from bowerbird.state import database
from bowerbird.state.readers import SqlCatalog, SqlPeople
from bowerbird.state.seen import LmdbSeen
from bowerbird.state.sql import SqlState
from bowerbird.state.upkeep import SqlUpkeep
from bowerbird.warehouse.duck import DuckWarehouse
from bowerbird.warehouse.tables import DuckTables
from bowerbird.wiring.registry import open_registry

_PATIENCE = 5.0
"""Seconds for which a warehouse that a dying predecessor still holds is waited for."""


def run_engine(settings: Settings, listener: socket, collector_url: str, ready: Callable[[], None]) -> None:
    """The engine process: processor, console and JSON API, until SIGTERM; then what was accepted is processed. Raises
    `LogDamagedError`, and is never ready, where the log has less than was processed."""
    with engine(settings, collector_url) as running, _announced(settings, listener):
        add_pages(running.app, running.desk)
        serve_console(running.app, listener, ready)
        running.thread.catch_up()


@contextmanager
def local_console(settings: Settings, *, whole: bool = True) -> Iterator[FastAPI]:
    """The console's app in this process, for the command line beside no running server."""
    with engine(settings, "", whole=whole) as running:
        yield running.app


@dataclass(frozen=True)
class Running:
    app: FastAPI
    thread: ProcessorThread
    desk: Desk


@contextmanager
def engine(
    settings: Settings, collector_url: str, clock: Clock | None = None, *, whole: bool = True
) -> Iterator[Running]:
    """Processor and console app on the data directory, which nobody else may be serving. Raises
    `DataDirectoryBusyError`, and `LogDamagedError` where the log has less than was processed, unless it need not be
    `whole`."""
    clock = clock or SystemClock()
    with ExitStack() as closing:
        registry, warehouse, db, seen, reader, refusals = _open(settings, clock, closing)
        state, people = SqlState(db), SqlPeople(db)
        if whole:
            check_whole(reader.heads(), state.applied(), warehouse.applied())
            check_same(reader, state.marks())
        processor = Processor(Stores(reader, state, seen, warehouse), settings.batch_events)
        keep = settings.log_keep_days * DAY or None
        operations = Operations(processor, SqlUpkeep(db), people, clock)
        thread = ProcessorThread(operations, clock, keep, give_up=lambda: os.kill(os.getpid(), signal.SIGTERM))
        thread.start()
        closing.callback(thread.stop)
        desk = LogDesk(lambda: SqliteLogReader(settings.data / "log"))

        def lag() -> Lag:
            return desk.ask(lambda log: lag_behind(log, state.applied(), clock.now()))

        def pending() -> tuple[int, float]:
            behind = lag()
            return behind.events, behind.seconds

        sources = Sources(
            engine=thread,
            people=people,
            catalog=SqlCatalog(db),
            described=registry.described,
            warehouse=warehouse,
            log=desk,
            applied=state.applied,
            lag=lag,
            registry=Registry(registry),
            refusals=refusals,
            clock=clock,
            insights=Insights(
                DuckTables(warehouse.cursor, settings.warehouse_threads), segments_of(registry.saved), pending, clock
            ),
            saved=registry.saved,
        )
        app = create_app(sources, control_token(settings.data), collector_url)
        operators = Operators(registry.workspaces, registry.keys, registry.users)
        traits = TraitNames(sources.insights, clock)
        closing.callback(traits.close)
        values = OfferedValues(sources.insights, clock)
        yield Running(app, thread, Desk(sources, registry.users, operators, settings, traits, values, collector_url))


class _Opened(NamedTuple):
    registry: SqlRegistry
    warehouse: DuckWarehouse
    db: Engine
    seen: LmdbSeen
    reader: SqliteLogReader
    refusals: SqliteRefusals


def _open(settings: Settings, clock: Clock, closing: ExitStack) -> _Opened:
    registry = open_registry(settings, clock)
    closing.callback(registry.close)
    with ThreadPoolExecutor(1, initializer=step_back) as behind:  # DuckDB's own threads are started by this one
        warehouse = behind.submit(_open_warehouse, settings).result()
    closing.callback(warehouse.close)
    db = database.open_sqlite(settings.data / "state.db")
    closing.callback(db.dispose)
    seen = LmdbSeen(settings.data / "seen.lmdb")
    closing.callback(seen.close)
    reader = SqliteLogReader(settings.data / "log")
    closing.callback(reader.close)
    refusals = SqliteRefusals(settings.data / "refusals.db")
    closing.callback(refusals.close)
    return _Opened(registry, warehouse, db, seen, reader, refusals)


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
