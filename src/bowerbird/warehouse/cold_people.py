"""Who has rows in `cold`, noted beside it: among the rows, finding everybody takes longer with all that happens."""

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

TABLE = """
    CREATE TABLE IF NOT EXISTS cold_people AS
    SELECT DISTINCT workspace, person FROM cold WHERE person IS NOT NULL"""
"""Rows of `workspace`, `person`, each pair once. Made of what `cold` has in a file that was written without it."""

_ADD = """
    INSERT INTO cold_people
    SELECT DISTINCT workspace, person FROM hot ANTI JOIN cold_people USING (workspace, person)
    WHERE rowid <= $cut AND person IS NOT NULL ORDER BY ALL"""
_REMOVE = """
    DELETE FROM cold_people WHERE person = ANY($people::BIGINT[])
    AND person NOT IN (SELECT person FROM cold WHERE person = ANY($people::BIGINT[]))"""


def note(cursor: DuckDBPyConnection, cut: int) -> None:
    """Within the transaction that moves the rows of `hot` up to this rowid, before they are gone from there."""
    cursor.execute(_ADD, {"cut": cut})


def strike(cursor: DuckDBPyConnection, people: Iterable[int | None]) -> None:
    """Within the transaction that deleted rows of these people from `cold`: those who have none left go."""
    if known := list({person for person in people if person is not None}):
        cursor.execute(_REMOVE, {"people": known})
