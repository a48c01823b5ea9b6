"""Opens the state's database."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, text

from bowerbird.errors import BowerbirdError
from bowerbird.files import locked
from bowerbird.state.tables import metadata

SCHEMA_VERSION = 2
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "cache_size=-65536",
    "mmap_size=4294967296",  # reading a page takes half as long
    "temp_store=MEMORY",
    "wal_autocheckpoint=4000",  # pages; batches write many of them again and again
)


def open_sqlite(path: Path | None) -> Engine:
    """The SQLite database at `path`, or one in memory; made and brought to the current schema where needed."""
    if path is None:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    # Turning a new file into WAL mode fails at once, without waiting, when two processes try together.
    with nullcontext() if path is None else locked(path.parent), engine.begin() as connection:
        _migrate(connection, path)
    if path is not None:
        path.chmod(0o600)
    return engine


def scrub(engine: Engine) -> None:
    """Nothing that was deleted by now stays in the database's files. Waits for readers; raises `BowerbirdError` where
    one of them stays."""
    connection = engine.raw_connection()
    try:
        busy = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.close()
    if busy:
        raise BowerbirdError(
            "the state is in use; what was erased still stands in its write-ahead log",
            "Stop the server and start it again: then it is gone.",
        )


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _migrate(connection: Connection, path: Path | None) -> None:
    version = int(connection.execute(text("PRAGMA user_version")).scalar_one())
    if version > SCHEMA_VERSION:
        raise BowerbirdError(
            f"{path} was written by a newer Bowerbird (schema {version}, this one knows {SCHEMA_VERSION})",
            "Run the newer version, or restore a backup made by this one.",
        )
    if version == 0:
        metadata.create_all(connection)
    elif version == 1:
        connection.execute(text("ALTER TABLE positions ADD COLUMN committed_at BIGINT"))
    if version < SCHEMA_VERSION:
        connection.execute(text(f"PRAGMA user_version={SCHEMA_VERSION}"))
    for table in metadata.tables.values():
        for index in table.indexes:  # an index more changes nothing for the version that made the tables
            index.create(connection, checkfirst=True)
