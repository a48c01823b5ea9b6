"""The warehouse in one DuckDB file."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import duckdb
from duckdb import DuckDBPyConnection

from bowerbird.errors import DataDirectoryBusyError, DataVersionError
from bowerbird.event import Positions
from bowerbird.priority import step_back
from bowerbird.warehouse import cold_people, duck_facts, reads
from bowerbird.warehouse.base import EventQuery, OutcomeCounts, Row, StoredEvent
from bowerbird.warehouse.columns import Columns, table
from bowerbird.warehouse.duck_facts import Repetitions
from bowerbird.warehouse.event_ids import split_or_none
from bowerbird.warehouse.export import export
from bowerbird.warehouse.facts import NOTHING, Facts, Told
from bowerbird.warehouse.moves import checkpoint, move_group, trim
from bowerbird.warehouse.rows import UNFIT, Handful, pack, rejection
from bowerbird.warehouse.schema import MOVED, OLDEST, TABLES, VERSION
from bowerbird.warehouse.shredding import OFF

_POSITIONS = 'SELECT "partition", max("offset") FROM positions GROUP BY ALL'
_KNOWN = 'SELECT unnest($partitions::INTEGER[]) AS "partition", unnest($offsets::BIGINT[]) AS "offset"'
_NEW = f"""
    FROM batch ANTI JOIN ({_KNOWN}) AS known
    ON batch."partition" = known."partition" AND batch."offset" <= known."offset"
"""
_QUARANTINED = f"""
    SELECT event_id FROM others ANTI JOIN ({_KNOWN}) AS known
    ON others."partition" = known."partition" AND others."offset" <= known."offset" WHERE outcome = 'quarantined'"""  # noqa: S608
_INTO_HOT = f"INSERT INTO hot BY NAME SELECT * REPLACE (make_timestamp(occurred_at) AS occurred_at) {_NEW}"
_INTO_OTHERS = f"""
    INSERT INTO others BY NAME
    SELECT * REPLACE (make_timestamp(occurred_at) AS occurred_at, make_timestamp(received_at) AS received_at) {_NEW}"""
_REACH = f"INSERT INTO positions {_KNOWN}"
_PAGE = 1000
"""Rows of the longest page; content of other rows is not read."""
_WAL = "512MB"
"""As long as `move` is called, it checkpoints long before; a commit that has to takes seconds."""
_LONG_WAL = 10_000_000
"""Bytes, about 30,000 rows: inserts wait a twentieth of a second for a checkpoint of so many."""
_MISFIT = (*UNFIT, duckdb.DataError, duckdb.IntegrityError, duckdb.InvalidInputException)


class DuckWarehouse:
    """One connection writes. Every read and every move has a cursor of its own and sees the tables as of its start.

    `write` only ever inserts, positions too: DuckDB commits inserts beside a checkpoint, other changes after it.
    Whatever deletes rows (moves, replacements, `clear`) takes turns, because two deletions of one row fail.
    """

    def __init__(self, path: Path, memory_limit: str = "2GB", threads: int = 2, *, row_group: int = MOVED) -> None:
        """`row_group`: rows that move at a time; only tests change it. Raises `DataDirectoryBusyError`."""
        self._db = _connect(path, memory_limit, threads)
        self._writer = self._db.cursor()
        self._wal = path.with_name(f"{path.name}.wal")
        self._row_group = row_group
        self._memory_limit = memory_limit
        self._repetitions = Repetitions(row_group)
        self._writing = threading.Lock()
        self._deleting = threading.Lock()
        try:
            _check_version(self._writer, path)
            with self._transaction():
                for table in (*TABLES, cold_people.TABLE, *duck_facts.TABLES):
                    self._writer.execute(table)
        except BaseException:
            self._db.close()
            raise
        self._applied: Positions = dict(self._writer.execute(_POSITIONS).fetchall())

    def pack(self, rows: Sequence[Row]) -> Handful:
        return pack(rows)

    def write(self, packed: Sequence[Handful], applied: Positions, learned: Facts = NOTHING) -> None:
        with self._writing:
            known = self._applied
            reached = known | {key: offset for key, offset in applied.items() if offset > known.get(key, 0)}
            if reached != known:
                with self._transaction():
                    self._append(packed, known)
                    duck_facts.add(self._writer, learned)
                    self._writer.execute(_REACH, _lists(reached))
                self._applied = reached

    def restore(self, rows: Sequence[Row], learned: Facts = NOTHING) -> None:
        with self._deleting, self._writing, self._transaction():
            there = self._take_out([row.event.event_id for row in rows])
            self._append([pack([row for row in rows if row.event.event_id in there])], {})
            duck_facts.add(self._writer, learned)

    def forget(self, people: Sequence[str]) -> None:
        with self._deleting, self._writing, self._transaction():
            duck_facts.forget(self._writer, people)

    def aliases(self) -> dict[str, str]:
        with closing(self.cursor()) as cursor:
            return duck_facts.aliases(cursor)

    def told(self, workspace: str, people: Sequence[str]) -> list[Told]:
        with closing(self.cursor()) as cursor:
            return duck_facts.told(cursor, workspace, people)

    def applied(self) -> Positions:
        return dict(self._applied)

    def counts(self, upto: Positions) -> OutcomeCounts:
        with closing(self.cursor()) as cursor:
            cursor.begin()
            applied = dict(cursor.execute(_POSITIONS).fetchall())
            behind = any(upto.get(partition, 0) < offset for partition, offset in applied.items())
            rows = cursor.execute(*reads.by_outcome(upto if behind else None)).fetchall()
            cursor.commit()
        return {(workspace, dialect, outcome): count for workspace, dialect, outcome, count in rows}

    def events(self, query: EventQuery) -> list[StoredEvent]:
        return [reads.stored_event(row) for row in self.query(*reads.page(query))]

    def find(self, workspace: str | None, event_id: str) -> list[StoredEvent]:
        return [reads.stored_event(row) for row in self.query(*reads.by_id(workspace, event_id))]

    def of_people(self, workspace: str, people: Sequence[str]) -> Iterator[StoredEvent]:
        return self._read(reads.by_people(workspace, people))

    def quarantined(self, after: Positions) -> set[str]:
        return {event_id for (event_id,) in self.query(_QUARANTINED, _lists(after))}

    def repeats_of(self, workspace: str, event_ids: Sequence[str]) -> Iterator[StoredEvent]:
        return self._read(reads.repeating(workspace, event_ids))

    def cursor(self) -> DuckDBPyConnection:
        """A connection of one's own for questions, from any thread, which steps back. Whoever asks for it closes it."""
        step_back()
        return self._db.cursor()

    def query(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Answers a question to the view `events` (see `schema`), with bound parameters, from any thread."""
        with closing(self.cursor()) as cursor:
            return cursor.execute(sql, parameters).fetchall()

    def export(self, workspace: str, target: Path, form: Literal["parquet", "ndjson"]) -> int:
        with closing(self.cursor()) as cursor:
            return export(cursor, workspace, target, form)

    def move(self) -> int:
        with self._deleting, closing(self.cursor()) as cursor:
            self._repetitions.remove(cursor)
            moved = move_group(cursor, self._row_group)
            if moved:
                trim(cursor, self._memory_limit)
            elif self._wal.is_file() and self._wal.stat().st_size > _LONG_WAL:
                checkpoint(cursor)
            return moved

    def clear(self) -> None:
        with self._deleting, self._writing:
            with self._transaction():
                for table in ("hot", "cold", "cold_people", "others", "positions", "roots", "traits"):
                    self._writer.execute(f"DELETE FROM {table}")  # noqa: S608  # names of our own tables
            self._applied = {}

    def close(self) -> None:
        with self._deleting, self._writing:
            self._writer.execute("CHECKPOINT")
            self._writer.close()
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._writer.begin()
        try:
            yield
            self._writer.commit()
        except BaseException as problem:
            with suppress(duckdb.Error):
                self._writer.rollback()
            if isinstance(problem, _MISFIT):
                raise rejection((), problem) from problem
            raise

    def _read(self, statement: reads.Statement) -> Iterator[StoredEvent]:
        with closing(self.cursor()) as cursor:
            cursor.execute(*statement)
            while page := cursor.fetchmany(_PAGE):
                yield from map(reads.stored_event, page)

    def _append(self, packed: Sequence[Handful], known: Positions) -> None:
        """What stands behind the known positions."""
        self._insert(_INTO_HOT, [each.stored for each in packed if each.stored], known)
        self._insert(_INTO_OTHERS, [each.others for each in packed if each.others], known)

    def _insert(self, statement: str, parts: Sequence[Columns], known: Positions) -> None:
        """The name `batch` belongs to the transaction: a rollback takes it away too."""
        if parts:
            self._writer.register("batch", table(parts))
            self._writer.execute(statement, _lists(known))
            self._writer.unregister("batch")

    def _take_out(self, event_ids: Sequence[str]) -> set[str]:
        """Deletes the rows with these event ids and returns the ids that were there."""
        pairs = {pair: event_id for event_id in event_ids if (pair := split_or_none(event_id)) is not None}
        there: set[str] = set()
        if pairs:
            times, lows = zip(*pairs, strict=True)
            bound = {"times": times, "lows": lows, "first": min(times), "last": max(times)}
            hot = self._writer.execute(_OUT_OF_HOT, bound).fetchall()
            cold = self._writer.execute(_OUT_OF_COLD, bound).fetchall()
            cold_people.strike(self._writer, [person for *_, person in cold])
            there.update(pairs[time, low] for time, low, _ in (*hot, *cold))
        there.update(row[0] for row in self._writer.execute(_OUT_OF_OTHERS, {"ids": event_ids}).fetchall())
        return there


_PAIRS = """
    WHERE id_time BETWEEN $first AND $last
    AND (id_time, id_low) IN (SELECT unnest($times::BIGINT[]), unnest($lows::VARCHAR[]))
    RETURNING id_time, id_low, person"""
_OUT_OF_HOT = f"DELETE FROM hot {_PAIRS}"  # noqa: S608
_OUT_OF_COLD = f"DELETE FROM cold {_PAIRS}"  # noqa: S608
_OUT_OF_OTHERS = "DELETE FROM others WHERE event_id = ANY($ids::VARCHAR[]) RETURNING event_id"


def _check_version(cursor: DuckDBPyConnection, path: Path) -> None:
    tables = {name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    found = 1 if "hot" in tables else VERSION
    if "schema_version" in tables:
        found = cursor.execute("SELECT max(version) FROM schema_version").fetchall()[0][0]
    if found < OLDEST:
        raise DataVersionError(
            f"the warehouse {path} is of an earlier version",
            f"Move warehouse.duckdb*, state.db* and seen.lmdb out of {path.parent} and start again: all three are "
            "rebuilt from the log, and people get new ids.",
        )
    if found > VERSION:
        raise DataVersionError(f"the warehouse {path} is of a later version", "Install that version of Bowerbird.")


def _lists(positions: Positions) -> dict[str, list[int]]:
    return {"partitions": list(positions), "offsets": list(positions.values())}


def _connect(path: Path, memory_limit: str, threads: int) -> DuckDBPyConnection:
    """DuckDB works in `threads` threads, the asking one among them. It always believes in two, because what a single
    one inserts is compressed within the commit, and other commits wait for that."""
    config: dict[str, Any] = {
        "memory_limit": memory_limit,
        "threads": max(threads, 2),
        "external_threads": 2 if threads == 1 else 1,
        "storage_compatibility_version": "latest",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "checkpoint_threshold": _WAL,
        "auto_checkpoint_skip_wal_threshold": 1 << 62,
        "max_vacuum_tasks": 0,
        "variant_minimum_shredding_size": OFF,
        "late_materialization_max_rows": _PAGE,
    }
    try:
        db = duckdb.connect(str(path), config=config)
        db.execute("SET GLOBAL TimeZone = 'UTC'")
        return db
    except duckdb.IOException as problem:
        if "lock" not in str(problem):
            raise
        raise DataDirectoryBusyError(
            f"another process has the warehouse {path} open",
            "Close what else has it open; while a server runs, ask it through its API.",
        ) from problem
