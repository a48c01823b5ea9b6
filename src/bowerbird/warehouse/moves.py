"""Moves from `hot` to `cold`."""

from contextlib import suppress

import duckdb
from duckdb import DuckDBPyConnection

_CUT = """
    SELECT max(id), count(*), (SELECT count(*) FROM hot)
    FROM (SELECT rowid AS id FROM hot ORDER BY rowid LIMIT $rows)"""
_COPY = """
    INSERT INTO cold
    SELECT * REPLACE (properties::JSON::VARIANT AS properties, context::JSON::VARIANT AS context)
    FROM hot WHERE rowid <= $cut"""
_DELETE = "DELETE FROM hot WHERE rowid <= $cut"
_FORGET = """
    DELETE FROM positions AS old WHERE "offset" < (
        SELECT max("offset") FROM positions AS new WHERE new."partition" = old."partition")"""


def move_group(cursor: DuckDBPyConnection, rows: int) -> tuple[int, int]:
    """Moves the oldest `rows` rows of `hot`, if there are as many, in one transaction: every reader finds each of
    them in exactly one of the tables. Rows appended meanwhile are behind the cut and are not looked at. Returns how
    many rows went, and how many were left when it began.

    Nothing else may delete from `hot` meanwhile.
    """
    cursor.begin()
    try:
        cut, found, there = cursor.execute(_CUT, {"rows": rows}).fetchall()[0]
        if found == rows:
            cursor.execute(_COPY, {"cut": cut})
            cursor.execute(_DELETE, {"cut": cut})
            cursor.execute(_FORGET)
        cursor.commit()
    except BaseException:
        cursor.rollback()
        raise
    return (rows, there - rows) if found == rows else (0, there)


def checkpoint(cursor: DuckDBPyConnection) -> None:
    """Empties the write-ahead log while little stands in `hot`: whoever inserts waits for as long as `hot` is
    written. What cannot be done now, because somebody still reads what was deleted, is done after the next move."""
    with suppress(duckdb.TransactionException):
        cursor.execute("CHECKPOINT")
