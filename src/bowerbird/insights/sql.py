"""Questions in SQL: read-only, on the workspace's own events.

The engine parses the text; only a single SELECT has a tree. Whatever stands in the tree and is not known to be
harmless is refused, and what is run is written anew from the tree, with `events` and `traits` bound to the workspace.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.draft import Statement
from bowerbird.insights.question import Asking, Kind, Question
from bowerbird.insights.sql_guards import Guards
from bowerbird.insights.sql_memory import within_memory
from bowerbird.insights.sql_sizes import check_sizes
from bowerbird.insights.sql_tree import check
from bowerbird.person_ids import PERSON_ID

MOST_ROWS = 10_000
LONGEST = 20_000
"""Characters of a question."""
_SELECT = "Write one SELECT. To pivot: FROM events PIVOT (count(*) FOR name IN ('viewed', 'bought'))."
_PARSE = "SELECT json_serialize_sql($text)"
_WRITE = "SELECT json_deserialize_sql($tree::JSON)"
_PURE = """
    SELECT function_name FROM duckdb_functions()
    WHERE database_name = 'system' AND function_name NOT LIKE '!_!_%' ESCAPE '!' AND function_name NOT LIKE '% %'
    GROUP BY function_name
    HAVING bool_and(function_type IN ('scalar', 'aggregate', 'window') AND stability = 'CONSISTENT')"""
"""The engine's own, for what it makes of a statement, are not to be called by name: it trusts their arguments."""
_TAKEN = """
    SELECT lower(table_name) FROM duckdb_tables() UNION SELECT lower(view_name) FROM duckdb_views()
    UNION SELECT lower(schema_name) FROM duckdb_schemas() UNION SELECT lower(database_name) FROM duckdb_databases()"""
_OWN = f"""
    roots_now AS (SELECT person, root FROM main.aliases),
    events AS NOT MATERIALIZED (
        SELECT e.* EXCLUDE (workspace, person, person_id), e.person AS node, coalesce(r.root, e.person) AS person
        FROM main.events AS e LEFT JOIN roots_now AS r ON r.person = e.person
        WHERE e.workspace = $workspace),
    traits AS NOT MATERIALIZED (
        SELECT coalesce(r.root, t.person) AS person, t.name, arg_max(t.value, (t.occurred_at, t.event_id)) AS value
        FROM main.traits AS t LEFT JOIN roots_now AS r ON r.person = t.person
        WHERE t.workspace = $workspace GROUP BY ALL),
    people AS NOT MATERIALIZED (SELECT person, {PERSON_ID} AS person_id FROM (
        SELECT DISTINCT person FROM (SELECT person FROM events UNION ALL SELECT person FROM traits)
        WHERE person IS NOT NULL))"""
_RUN = "WITH {own} SELECT * FROM ({text}) LIMIT $most"


class Sql(Question, frozen=True, kw_only=True):
    """Read-only SQL on the workspace's own events.

    Tables: `events` (every stored event, `person` is the person of this moment), `traits` (`person`, `name`, `value` as
    JSON: the newest of each) and `people` (`person`, `person_id`). Statements are a single SELECT in DuckDB's SQL; only
    built-in functions whose result depends on nothing but what they are given can be used.
    """

    sql: str
    limit: int = 1000
    """Rows of the answer, at most 10,000."""

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST_ROWS:
            raise ValueError(f"`limit` is 1 to {MOST_ROWS}")
        if len(self.sql) > LONGEST:
            raise ValueError(f"`sql` has at most {LONGEST} characters")
        if self.where is not None:
            raise ValueError("`where` belongs into the SQL itself")


class Column(msgspec.Struct, frozen=True):
    name: str
    type: str
    """DuckDB's name of it."""


class SqlResult(msgspec.Struct, frozen=True):
    columns: list[Column]
    rows: list[list[Any]]
    """Decimals and integers beyond 53 bits are texts, times are ISO 8601 in UTC."""
    truncated: bool
    """Whether there are more rows than `limit`."""


def answer(question: Sql, asking: Asking) -> SqlResult:
    text = _harmless(question.sql, asking)
    sql = _RUN.format(own=_OWN, text=text)
    parameters = {"workspace": asking.moment.workspace, "most": question.limit + 1}
    with within_memory(asking):
        columns = _described(Statement(f"DESCRIBE {sql}", parameters), asking)
        rows = asking.rows(Statement(sql, parameters))
    return SqlResult(
        [Column(name, type_) for name, type_, *_ in columns],
        [[_plain(value) for value in row] for row in rows[: question.limit]],
        len(rows) > question.limit,
    )


def _harmless(text: str, asking: Asking) -> str:
    """The statement as the engine writes it from its tree. Raises `QuestionInvalidError` when it is more than a
    harmless SELECT."""
    parsed = _parsed(text, asking)
    if parsed["error"]:
        only = parsed["error_type"] == "not implemented"
        raise QuestionInvalidError("this is no SELECT" if only else parsed["error_message"], _SELECT)
    if (count := len(parsed["statements"])) != 1:
        raise QuestionInvalidError("there is more than one statement" if count else "this is empty", _SELECT)
    statement = parsed["statements"][0]
    guards = Guards(lambda text: _parsed(text, asking)["statements"][0], lambda tree: _written(tree, asking))
    try:
        check(statement, _names(_PURE, asking), _names(_TAKEN, asking))
        check_sizes(statement)
        return _written(guards.put(statement), asking)
    except RecursionError as error:
        raise _too_deep() from error


def _parsed(text: str, asking: Asking) -> Any:
    """The engine's document of statements, or of its error."""
    try:
        return msgspec.json.decode(asking.rows(Statement(_PARSE, {"text": text}))[0][0])
    except RecursionError as error:
        raise _too_deep() from error


def _written(statement: Any, asking: Asking) -> str:
    tree = msgspec.json.encode({"error": False, "statements": [statement]}).decode()
    return str(asking.rows(Statement(_WRITE, {"tree": tree}))[0][0]).rstrip().removesuffix(";")


def _too_deep() -> QuestionInvalidError:
    return QuestionInvalidError("too much of it stands within one another", "Write fewer parts into one expression.")


def _described(statement: Statement, asking: Asking) -> list[tuple[Any, ...]]:
    """The columns of the answer. What is wrong is told without the place: that is one in our statement, around it."""
    try:
        return asking.rows(statement)
    except QuestionInvalidError as error:
        message = str(error).split("\n\nLINE ", 1)[0]
        raise QuestionInvalidError(
            message, "The tables are events, traits and people; the console’s page SQL lists their columns."
        ) from error


def _names(sql: str, asking: Asking) -> frozenset[str]:
    return frozenset(row[0] for row in asking.rows(Statement(sql, {})))


def _plain(value: Any) -> Any:
    """What JSON can carry without losing digits."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 1 << 53:
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return value


KIND = Kind(Sql, answer)
