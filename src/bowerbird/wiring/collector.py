"""What takes events in: a collector process, or an import."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from socket import socket

from sqlalchemy import Engine

from bowerbird.clock import Clock, SystemClock
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
from bowerbird.eventlog.sqlite import SqliteLogReader, SqliteLogWriter
from bowerbird.eventlog.whole import check_same, check_whole
from bowerbird.refusallog.masks import Masks
from bowerbird.refusallog.sqlite import SqliteRefusals
from bowerbird.registry.pepper import pepper
from bowerbird.settings import Settings
from bowerbird.state import database
from bowerbird.state.readers import SqlCatalog
from bowerbird.state.sql import SqlState
from bowerbird.wiring.registry import open_registry


def dialects(console_url: str) -> tuple[Dialect, ...]:
    """`console_url`: where answers send a person who has to change something."""
    return Scribe(f"{console_url}/"), Klaviyo(), Flywheel(), Successeve(), Octeth()


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
        refusals=SqliteRefusals(settings.data / "refusals.db"),
        masks=Masks(pepper(settings.data / "pepper", expected=True)),
        clock=clock,
        body_limit=settings.body_limit,
    )
    _collect_garbage_seldom()
    server.serve(Collector(parts), listener, ready)


@asynccontextmanager
async def open_import(settings: Settings) -> AsyncIterator[ImportParts]:
    """What an import writes with, beside a running server or without one: a log partition of its own. Raises
    `LogDamagedError` where the log has less than was processed."""
    clock = SystemClock()
    registry = open_registry(settings, clock)
    db = database.open_sqlite(settings.data / "state.db")
    try:
        _check_whole(settings, db)
        snapshot = registry.load()
        if snapshot is None:
            raise RuntimeError("the registry gave no first snapshot")
        log = _open_log_writer(settings, clock)
        try:
            yield ImportParts(dialects(settings.public_url), snapshot, log, registry.registers, SqlCatalog(db), clock)
        finally:
            await log.close()
    finally:
        db.dispose()
        registry.close()


def _open_log_writer(settings: Settings, clock: Clock) -> SqliteLogWriter:
    """The writing end of a partition that nobody else writes to."""
    return SqliteLogWriter.claim(settings.data / "log", settings.segment_bytes, clock)


def _check_whole(settings: Settings, db: Engine) -> None:
    with closing(SqliteLogReader(settings.data / "log")) as log:
        state = SqlState(db)
        applied = state.applied()  # first: both only grow
        check_whole(log.heads(), applied)
        check_same(log, state.marks())


def _collect_garbage_seldom() -> None:
    """A request leaves no cycles behind; looking for some every 700 objects costs a tenth of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
