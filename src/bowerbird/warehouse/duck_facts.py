"""What is said of people, in DuckDB.

`roots` and `traits` only ever grow by rows: of a person's roots the one written last holds, of a trait the newest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from duckdb import DuckDBPyConnection

from bowerbird.person_ids import number_of, numbers_of, person_id
from bowerbird.warehouse.columns import columns, table
from bowerbird.warehouse.facts import Facts, Told
from bowerbird.warehouse.schema import INTEGERS

TABLES = (
    "CREATE TABLE IF NOT EXISTS roots (person BIGINT NOT NULL, root BIGINT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS traits (
        workspace VARCHAR NOT NULL, person BIGINT NOT NULL, name VARCHAR NOT NULL, value VARCHAR NOT NULL,
        occurred_at TIMESTAMP NOT NULL, event_id VARCHAR NOT NULL)""",
    """CREATE VIEW IF NOT EXISTS aliases AS
        SELECT person, arg_max(root, rowid) AS root FROM roots GROUP BY person HAVING arg_max(root, rowid) <> person""",
)

_ROOTS = "INSERT INTO roots SELECT person, root FROM batch"
_TRAITS = "INSERT INTO traits BY NAME SELECT * REPLACE (make_timestamp(occurred_at) AS occurred_at) FROM batch"
_FORGET = "DELETE FROM {table} WHERE person = ANY($people::BIGINT[])"
_HISTORY = """
    SELECT workspace, person, name, value, epoch_us(occurred_at), event_id FROM traits
    WHERE workspace = $workspace AND person = ANY($people::BIGINT[])
    ORDER BY name, occurred_at, event_id"""
_REPEATED = """
    DELETE FROM traits WHERE rowid IN (
        SELECT rowid FROM (
            SELECT rowid, value, lag(value) OVER (PARTITION BY person, name ORDER BY occurred_at, event_id) AS before
            FROM traits)
        WHERE value = before)"""


def add(writer: DuckDBPyConnection, facts: Facts) -> None:
    """Within the caller's transaction."""
    if facts.roots:
        people, roots = numbers_of([*facts.roots]), numbers_of([*facts.roots.values()])
        _insert(writer, _ROOTS, {"person": people, "root": roots})
    if facts.traits:
        told: dict[str, Sequence[Any]] = dict(zip(Told._fields, zip(*facts.traits, strict=True), strict=True))
        told["person"] = numbers_of(told.pop("person_id"))
        _insert(writer, _TRAITS, told)


def forget(writer: DuckDBPyConnection, people: Sequence[str]) -> None:
    for facts in ("roots", "traits"):
        writer.execute(_FORGET.format(table=facts), {"people": [number_of(each) for each in people]})


def aliases(reader: DuckDBPyConnection) -> dict[str, str]:
    rows = reader.execute("SELECT person, root FROM aliases").fetchall()
    return {person_id(person): person_id(root) for person, root in rows}


def told(reader: DuckDBPyConnection, workspace: str, people: Sequence[str]) -> list[Told]:
    rows = reader.execute(_HISTORY, {"workspace": workspace, "people": [number_of(each) for each in people]}).fetchall()
    return [Told(workspace, person_id(person), *rest) for workspace, person, *rest in rows]


class Repetitions:
    """Removes values that repeat the one before, whenever the table has grown to twice what was left last."""

    def __init__(self, least: int) -> None:
        """`least`: rows below which it is not worth the while."""
        self._least = least
        self._left = 0

    def remove(self, cursor: DuckDBPyConnection) -> None:
        """Nothing else may delete from `traits` meanwhile."""
        there = _count(cursor)
        if there > self._least + 2 * self._left:
            cursor.execute(_REPEATED)
            self._left = _count(cursor)


def _count(cursor: DuckDBPyConnection) -> int:
    count: int = cursor.execute("SELECT count(*) FROM traits").fetchall()[0][0]
    return count


def _insert(writer: DuckDBPyConnection, statement: str, values: Mapping[str, Sequence[Any]]) -> None:
    writer.register("batch", table([columns(values, INTEGERS)]))
    writer.execute(statement)
    writer.unregister("batch")
