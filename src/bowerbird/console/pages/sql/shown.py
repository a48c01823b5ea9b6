"""How the answer to a SQL question is shown."""

from typing import Any

import msgspec

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Table, View
from bowerbird.console.pages.parts import Column
from bowerbird.insights.base import Answer
from bowerbird.insights.sql import SqlResult

_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"})


def show(answer: Answer, _: str, __: int) -> None:
    result: SqlResult = answer.result
    if not result.rows:
        parts.note("The statement gave no rows.")
        return
    table = table_of(answer)
    parts.data_table(table.columns, table.rows, "The rows of the statement")
    rows = f"{len(result.rows):,} row{'s' if len(result.rows) != 1 else ''}"
    parts.note(f"The first {rows}; there are more." if result.truncated else f"{rows}.")


def table_of(answer: Answer, _: str = "table") -> Table:
    result: SqlResult = answer.result
    columns = [
        Column(str(at), each.name, "number" if each.type in _WHOLE else "text")
        for at, each in enumerate(result.columns)
    ]
    return Table(columns, [[_plain(value) for value in row] for row in result.rows])


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    encoded = msgspec.json.encode(value).decode()
    return encoded if isinstance(value, list | dict) else encoded.strip('"')


VIEW = View(
    "sql", "/sql", (Mode("table", "Table", "table_rows", False),), show, table_of, lambda _: False, stacked=True
)
