"""Opens the state's database."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, text

from bowerbird.errors import BowerbirdError
from bowerbird.state.tables import metadata

SCHEMA_VERSION = 1


def open_sqlite(path: Path | None) -> Engine:
    """The SQLite database at `path`, or one in memory; made and brought to the current schema where needed."""
    if path is None:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        _migrate(connection, path)
    if path is not None:
        path.chmod(0o600)
    return engine


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "temp_store=MEMORY"):
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
        connection.execute(text(f"PRAGMA user_version={SCHEMA_VERSION}"))
