"""A segment: one SQLite file in WAL mode with consecutive rows of a partition.

A segment is closed when it has a successor. Its header holds the tally of everything before it in the partition, so
the tally up to any offset is found in one file, and an expired segment is still counted.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from bowerbird.errors import BowerbirdError, LogDamagedError
from bowerbird.eventlog.base import Tally
from bowerbird.eventlog.codec import BROKEN
from bowerbird.eventlog.sqlite.partition import segment_path
from bowerbird.files import sync_directory

BUSY_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE header (first INTEGER NOT NULL, created_at INTEGER NOT NULL, tally_before BLOB NOT NULL);
CREATE TABLE rows (
    "offset" INTEGER PRIMARY KEY,
    committed_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    tally BLOB NOT NULL,
    total BLOB,
    events BLOB NOT NULL
);
"""

_TALLY = msgspec.msgpack.Decoder(list[tuple[str, str, int]])


class SegmentGoneError(BowerbirdError):
    """The segment expired while it was looked at."""


class Header(NamedTuple):
    created_at: int
    """µs; also the time at which the segment before this one was closed."""
    tally_before: Tally


def create_segment(partition: Path, first: int, header: Header) -> Path:
    """An empty segment, durable on return. It gets its name when it is complete, so nobody sees a half-made one."""
    path = segment_path(partition, first)
    unnamed = path.with_suffix(".new")
    for left_over in partition.glob(f"{unnamed.name}*"):
        left_over.unlink(missing_ok=True)
    connection = _connect(unnamed, "rwc")
    try:
        _never_lose(connection)
        connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        connection.execute(
            "INSERT INTO header VALUES (?, ?, ?)", (first, header.created_at, encode_tally(header.tally_before))
        )
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    os.rename(unnamed, path)
    sync_directory(partition)
    return path


def connect_to_write(path: Path) -> sqlite3.Connection:
    """Each commit of the connection is fsynced, and what it deletes is overwritten."""
    connection = _connect(path, "rw")
    _never_lose(connection)
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    return _connect(path, "ro")


def read_header(connection: sqlite3.Connection) -> Header:
    row = connection.execute("SELECT created_at, tally_before FROM header").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("no header")
    return Header(row[0], decode_tally(row[1]))


def read_head(connection: sqlite3.Connection) -> int:
    """The offset of the last row; of an empty segment, of the row before."""
    (head,) = connection.execute(
        'SELECT coalesce((SELECT max("offset") FROM rows), (SELECT first - 1 FROM header))'
    ).fetchone()
    return int(head)


def read_total(connection: sqlite3.Connection, upto: int) -> Tally:
    """The tally of the partition up to this offset, which lies in the segment. Some rows carry it; the writer sees to
    it that one of them is not far."""
    total: Tally = {}
    query = 'SELECT tally, total FROM rows WHERE "offset" <= ? ORDER BY "offset" DESC'
    cursor = connection.execute(query, (upto,))
    try:
        for tally, carried in cursor:
            add_tally(total, decode_tally(tally if carried is None else carried))
            if carried is not None:
                return total
    finally:
        cursor.close()
    add_tally(total, read_header(connection).tally_before)
    return total


def add_tally(total: Tally, more: Tally) -> None:
    for key, count in more.items():
        total[key] = total.get(key, 0) + count


def encode_tally(tally: Tally) -> bytes:
    return msgspec.msgpack.encode([(workspace, dialect, count) for (workspace, dialect), count in tally.items()])


def decode_tally(packed: bytes) -> Tally:
    return {(workspace, dialect): count for workspace, dialect, count in _TALLY.decode(packed)}


def checkpoint(connection: sqlite3.Connection) -> bool:
    """Moves the WAL into the file and empties it. False when a reader was in the way for too long."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what SQLite says about this file into `LogDamagedError`, `BowerbirdError` or `SegmentGoneError`."""
    try:
        yield
    except (sqlite3.Error, LogDamagedError, *BROKEN) as error:
        if not path.exists():
            raise SegmentGoneError(f"log segment {path} does not exist") from error
        if isinstance(error, LogDamagedError):
            raise
        if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
            raise BowerbirdError(
                f"log segment {path} cannot be read: {error}",
                f"Check the permissions of {path}, the disk, and the limit of open files; then try again.",
            ) from error
        raise damaged(path, str(error)) from error


def damaged(path: Path, what: str) -> LogDamagedError:
    return LogDamagedError(
        f"log segment {path} is damaged: {what}",
        f"Restore {path} from a backup, or move it out of the log to go on without the events in it.",
    )


def _never_lose(connection: sqlite3.Connection) -> None:
    for pragma in ("synchronous = FULL", "fullfsync = ON", "checkpoint_fullfsync = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # Handed from thread to thread, never shared.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
