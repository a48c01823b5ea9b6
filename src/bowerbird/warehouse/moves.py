"""Moves from `hot` to `cold`."""

from duckdb import DuckDBPyConnection

_CUT = "SELECT max(id), count(*) FROM (SELECT rowid AS id FROM hot ORDER BY rowid LIMIT $rows)"
_COPY = """
    INSERT INTO cold
    SELECT * REPLACE (properties::JSON::VARIANT AS properties, context::JSON::VARIANT AS context)
    FROM hot WHERE rowid <= $cut"""
_DELETE = "DELETE FROM hot WHERE rowid <= $cut"


def move_group(cursor: DuckDBPyConnection, rows: int) -> int:
    """Moves the oldest `rows` rows of `hot`, if there are as many, in one transaction: every reader finds each of
    them in exactly one of the tables. Rows appended meanwhile are behind the cut and are not looked at.

    Nothing else may delete from `hot` meanwhile.
    """
    cursor.begin()
    try:
        cut, found = cursor.execute(_CUT, {"rows": rows}).fetchall()[0]
        if found == rows:
            cursor.execute(_COPY, {"cut": cut})
            cursor.execute(_DELETE, {"cut": cut})
        cursor.commit()
    except BaseException:
        cursor.rollback()
        raise
    return rows if found == rows else 0
