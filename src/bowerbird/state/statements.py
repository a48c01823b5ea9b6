"""Statements for many rows at once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Select, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

Row = tuple[Any, ...]

MOST_VALUES = 4096
"""In one list: fewer than any database bears."""


class OneOf:
    """A query for the rows in which a column has one of many values.

    The list is filled up, with its last value, to the next power of two: so the driver meets few texts, knows them, and
    gets the values as they are.
    """

    def __init__(self, query: Select[Any], column: ColumnElement[Any]) -> None:
        self.query = query
        self.column = column
        self._texts: dict[int, str | None] = {}
        """By length of the list; None where the driver does not count parameters."""

    def rows(self, connection: Connection, values: Sequence[Any]) -> Iterator[Any]:
        for start in range(0, len(values), MOST_VALUES):
            part = values[start : start + MOST_VALUES]
            size = 1 << (len(part) - 1).bit_length()
            if size not in self._texts:
                self._texts[size] = self._text(size, connection.dialect)
            text = self._texts[size]
            if text is None:
                yield from connection.execute(self.query.where(self.column.in_(part))).all()
            else:
                yield from connection.exec_driver_sql(text, (*part, *repeat(part[-1], size - len(part)))).all()

    def _text(self, size: int, dialect: Dialect) -> str | None:
        values = [bindparam(f"value_{number}", type_=self.column.type) for number in range(size)]
        compiled: Any = self.query.where(self.column.in_(values)).compile(dialect=dialect)
        return str(compiled) if compiled.positional else None


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
