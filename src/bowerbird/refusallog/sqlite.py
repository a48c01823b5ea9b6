"""Refusals in a SQLite file that all processes of a data directory share."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import msgspec

from bowerbird.errors import BowerbirdError
from bowerbird.files import locked, private_file
from bowerbird.refusallog.base import KEPT_OF_A_KEY, Refusal, RefusalQuery

SCHEMA_VERSION = 1
_BUSY_SECONDS = 5.0
# No fsync a commit: what a power failure may take is only a help. What goes is overwritten: it has addresses in it.
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON", "cache_size=-2048")
_TABLES = (
    "CREATE TABLE refusals (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, workspace TEXT NOT NULL,"
    " key_id TEXT NOT NULL, secret_hash TEXT, dialect TEXT, reason TEXT NOT NULL, content BLOB NOT NULL)",
    "CREATE INDEX refusals_of_a_key ON refusals (workspace, key_id, at, number)",
    "CREATE INDEX refusals_by_age ON refusals (at, number)",
    f"PRAGMA user_version={SCHEMA_VERSION}",
)
_INSERT = (
    "INSERT INTO refusals (at, workspace, key_id, secret_hash, dialect, reason, content) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_TRIM = (
    "DELETE FROM refusals WHERE number IN (SELECT number FROM refusals WHERE workspace = ? AND key_id = ?"
    " ORDER BY at DESC, number DESC LIMIT -1 OFFSET ?)"
)
_RECENT = (
    "SELECT number, content FROM refusals"
    " WHERE (:everywhere OR workspace IN (SELECT value FROM json_each(:workspaces)))"
    " AND (:key IS NULL OR key_id = :key OR secret_hash = :key) AND (:dialect IS NULL OR dialect = :dialect)"
    " AND (:reason IS NULL OR reason = :reason) AND (at, number) < (:at, :number)"
    " ORDER BY at DESC, number DESC LIMIT :limit"
)
_LAST = 2**63 - 1


class SqliteRefusals:
    """Implements `RefusalLog` and `RefusalReader`. What is wrong with the file is told to whoever uses it, and keeps
    no server from starting."""

    def __init__(self, path: Path) -> None:
        """Makes the file where it is missing."""
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._turn = Lock()
        with suppress(BowerbirdError), self._using():
            pass

    def keep(self, refusals: Sequence[Refusal]) -> None:
        owners = sorted({(one.workspace or "", one.key_id or "") for one in refusals})
        with self._using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, map(_row, refusals))
            connection.executemany(_TRIM, [(*owner, KEPT_OF_A_KEY) for owner in owners])
            connection.execute("COMMIT")

    def expire(self, before: int) -> None:
        with self._using() as connection:
            connection.execute("DELETE FROM refusals WHERE at < ?", (before,))

    def recent(self, query: RefusalQuery) -> list[Refusal]:
        at, number = query.before or (_LAST, _LAST)
        asked = {
            "everywhere": query.workspaces is None,
            "workspaces": msgspec.json.encode(query.workspaces or ()).decode(),
            "key": query.key,
            "dialect": query.dialect,
            "reason": query.reason,
            "at": at,
            "number": number,
            "limit": query.limit,
        }
        with self._using() as connection:
            return [_refusal(number, content) for number, content in connection.execute(_RECENT, asked)]

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            try:
                self._connection = connection = self._connection or _open(self._path)
                try:
                    yield connection
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
            except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
                raise BowerbirdError(
                    f"{self._path.name} cannot be used: {error}",
                    "Is the disk full, the data directory writable? Where the file is damaged, stop the server and "
                    "delete it: only the list of the latest refusals is lost.",
                ) from error


def _open(path: Path) -> sqlite3.Connection:
    if not path.exists():
        private_file(path)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        # Turning a new file into WAL mode fails at once, without waiting, when two processes try together.
        with locked(path.parent):
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise sqlite3.DatabaseError(f"a newer Bowerbird wrote it (schema {version})")
    if version == 0:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("COMMIT")


def _row(one: Refusal) -> tuple[object, ...]:
    content = msgspec.json.encode(one)
    return one.at, one.workspace or "", one.key_id or "", one.secret_hash, one.dialect, one.reason.value, content


def _refusal(number: int, content: bytes) -> Refusal:
    return msgspec.structs.replace(msgspec.json.decode(content, type=Refusal), number=number)
