"""Statements for many rows at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = tuple[Any, ...]


def inserter(connection: Connection, table: Table) -> Any:
    """An INSERT that can say what to do on conflict."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def upsert(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Inserts rows of all columns; one whose primary key is there replaces it."""
    statement = inserter(connection, table)
    keys = [column.name for column in table.primary_key]
    new = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    execute_many(connection, statement.on_conflict_do_update(index_elements=keys, set_=new), names(table), rows)


def names(table: Table) -> list[str]:
    return [column.name for column in table.c]


def execute_many(connection: Connection, statement: Any, parameters: Sequence[str], rows: Iterable[Row]) -> None:
    """Runs the statement with each row; `parameters` names them in the order in which they stand in it.

    A driver that counts parameters gets the rows as they are: SQLAlchemy would make a dictionary of each, and take it
    apart again.
    """
    rows = list(rows)
    if not rows:
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(parameters))
    if compiled.positiontup == list(parameters):
        connection.exec_driver_sql(str(compiled), rows)
    else:
        connection.execute(statement, [dict(zip(parameters, row, strict=True)) for row in rows])
