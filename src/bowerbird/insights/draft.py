"""A statement while it is put together. SQL comes from the texts of this package alone; whatever a question gives is
bound as a parameter."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from bowerbird.insights.ranges import Period


class Statement(NamedTuple):
    sql: str
    parameters: dict[str, Any]


class Draft:
    """Collects parameters and common table expressions. Names it gives are unique within the statement."""

    def __init__(self, workspace: str) -> None:
        self.parameters: dict[str, Any] = {}
        self.workspace = self.bind(workspace)
        """The placeholder of the workspace."""
        self._tables: dict[str, str] = {}

    def bind(self, value: Any) -> str:
        """The placeholder of a value: text, number, boolean, or a list of these."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def instant(self, micros: int) -> str:
        return f"make_timestamp({self.bind(micros)}::BIGINT)"

    def table(self, sql: str, hint: str = "t", *, once: bool = False, kept: bool = False) -> str:
        """Adds a common table expression and returns its name. `once`: under the hint alone, the first time only.
        `kept`: its rows are made once, however many read them."""
        name = hint if once else f"{hint}{len(self._tables)}"
        self._tables.setdefault(name, f"{'MATERIALIZED ' if kept else ''}({sql})")
        return name

    def finish(self, sql: str) -> Statement:
        tables = ", ".join(f"{name} AS {table}" for name, table in self._tables.items())
        return Statement(f"WITH {tables} {sql}" if tables else sql, self.parameters)

    def local(self, column: str, period: Period) -> str:
        """The column's instants as timestamps on the clock of the period's time zone."""
        return f"({column} + to_microseconds({self.offset(column, period)}))"

    def offset(self, column: str, period: Period) -> str:
        """The time zone's offset from UTC, in µs, at the column's instants, which lie in the period."""
        *changes, (_, last) = period.offsets()
        if not changes:
            return f"{self.bind(last)}::BIGINT"
        cases = " ".join(
            f"WHEN {column} < {self.instant(until)} THEN {self.bind(offset)}::BIGINT" for until, offset in changes
        )
        return f"CASE {cases} ELSE {self.bind(last)}::BIGINT END"


def all_of(clauses: Sequence[str]) -> str:
    return " AND ".join(f"({clause})" for clause in clauses) if clauses else "true"
