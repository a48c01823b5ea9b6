"""Transactions on the registry's database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, update
from sqlalchemy.exc import OperationalError

from bowerbird.errors import BowerbirdError
from bowerbird.files import Lock
from bowerbird.registry.schema import meta

BUSY_SECONDS = 15


class Database:
    """Raises `BowerbirdError` when the database cannot be reached or stays busy. Safe from any thread."""

    def __init__(self, engine: Engine, gate: Lock | None = None) -> None:
        """`gate` is held around each change, by every process that makes one. SQLite would let two take turns by
        itself, but up to 3.51.2 it can lose pages when one checkpoints while another begins the WAL anew
        (sqlite.org/wal.html, "the WAL-reset bug")."""
        self._reader = engine
        self._gate = gate
        self._writer = engine.execution_options(writes=True)
        # Threads queue here: waiting for a database lock is no queue, and some would wait for very long.
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with _told(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction for what no snapshot shows."""
        gate = self._gate.within(BUSY_SECONDS) if self._gate else nullcontext()
        with self._turn, _told(), gate, self._writer.begin() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction for what a snapshot shows. One at a time: raising the version locks its row."""
        with self.writing() as connection:
            connection.execute(update(meta).values(version=meta.c.version + 1))
            yield connection

    def close(self) -> None:
        self._reader.dispose()
        if self._gate:
            self._gate.close()


def sqlite(path: Path) -> Engine:
    """The one place that knows SQLite: a file in WAL mode, each commit on disk, writers that wait for each other
    before they read."""
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OperationalError, TimeoutError) as error:
        why = error.orig if isinstance(error, OperationalError) else "another process is changing it all the time"
        raise BowerbirdError(
            f"the registry cannot be used: {why}",
            "is the disk full, the data directory writable, another program holding registry.db?",
        ) from error
