"""Moves from `hot` to `cold`."""

from contextlib import nullcontext, suppress

import duckdb
from duckdb import DuckDBPyConnection

from bowerbird.warehouse import cold_people
from bowerbird.warehouse.schema import STORED
from bowerbird.warehouse.shredding import is_uniform, shredding

_CUT = "SELECT max(id), count(*) FROM (SELECT rowid AS id FROM hot ORDER BY rowid LIMIT $rows)"
_COLUMNS = ", ".join(f'"{column}"' for column in STORED)
_COPY = f"""
    INSERT INTO cold ({_COLUMNS}, property_names)
    SELECT * REPLACE (properties::JSON::VARIANT AS properties, context::JSON::VARIANT AS context),
        CASE WHEN $few THEN '/' || array_to_string(list_sort(json_keys(properties)), '/') || '/' END
    FROM (SELECT {_COLUMNS} FROM hot WHERE rowid <= $cut ORDER BY workspace, name, occurred_at)"""  # noqa: S608
"""Rows of one name stand together: they look alike, take fewer bytes, and are passed over as one."""
_DELETE = "DELETE FROM hot WHERE rowid <= $cut"
_FORGET = """
    DELETE FROM positions AS old WHERE "offset" < (
        SELECT max("offset") FROM positions AS new WHERE new."partition" = old."partition")"""

_MEMORY = "SELECT tag, memory_usage_bytes FROM duckdb_memory()"

CACHED = 64_000_000
"""Bytes of table blocks that stay in memory after a move."""
_MERGES = 100
"""DuckDB's own. After a move few rows are left in `hot`."""


def move_group(cursor: DuckDBPyConnection, rows: int) -> int:
    """Moves the oldest `rows` rows of `hot`, if there are as many, in one transaction: every reader finds each of
    them in exactly one of the tables. Rows appended meanwhile are behind the cut and are not looked at. Returns how
    many rows went.

    Nothing else may delete from `hot` meanwhile.
    """
    cut, found = cursor.execute(_CUT, {"rows": rows}).fetchall()[0]
    if found < rows:
        return 0
    few = is_uniform(cursor, cut)
    with shredding(cursor, max(rows // 4, 1)) if few else nullcontext():
        _move(cursor, cut, few)
        checkpoint(cursor, _MERGES)
    return rows


def _move(cursor: DuckDBPyConnection, cut: int, few: bool) -> None:
    """`few`: names of properties are few enough to be noted of each row."""
    cursor.begin()
    try:
        cursor.execute(_COPY, {"cut": cut, "few": few})
        cold_people.note(cursor, cut)
        cursor.execute(_DELETE, {"cut": cut})
        cursor.execute(_FORGET)
        cursor.commit()
    except BaseException:
        with suppress(duckdb.Error):
            cursor.rollback()
        raise


def trim(cursor: DuckDBPyConnection, memory_limit: str) -> None:
    """Lets go of cached table blocks beyond `CACHED`, which otherwise grow up to the limit. Questions find them again
    in the kernel's page cache; one that runs meanwhile still has room for `CACHED` bytes more."""
    usage = dict(cursor.execute(_MEMORY).fetchall())
    cached = usage.pop("BASE_TABLE", 0)
    if cached > CACHED:
        try:
            with suppress(duckdb.OutOfMemoryException):
                cursor.execute("SET GLOBAL memory_limit = $limit", {"limit": f"{sum(usage.values()) + CACHED}B"})
        finally:
            cursor.execute("SET GLOBAL memory_limit = $limit", {"limit": memory_limit})


def checkpoint(cursor: DuckDBPyConnection, merges: int = 0) -> None:
    """Empties the write-ahead log. Inserts wait meanwhile: it writes what was inserted since the last one, so it should
    come often. `merges`: small row groups may become one, so many times; each takes as long as writing them again.

    What cannot be done now, because somebody still reads what was deleted, is done by the next one.
    """
    cursor.execute("SET GLOBAL max_vacuum_tasks = $merges", {"merges": merges})
    with suppress(duckdb.TransactionException):
        cursor.execute("CHECKPOINT")
