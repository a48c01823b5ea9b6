"""SQL on one's own events, and no way to anything else."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bowerbird.clock import SECOND
from bowerbird.errors import QuestionInvalidError, QuestionStoppedError
from bowerbird.event import Event, Position, event_ids
from bowerbird.insights.base import Stop
from bowerbird.insights.question import Asking, Moment, parse, zone
from bowerbird.insights.sql import Sql, SqlResult, answer
from bowerbird.person_ids import number_of, person_id_of
from bowerbird.warehouse.base import Row
from bowerbird.warehouse.duck import DuckWarehouse
from bowerbird.warehouse.facts import Facts, Told
from bowerbird.warehouse.tables import DuckTables

NOW = 1_775_000_000 * SECOND
ANN, ANN_TOO, BOB = (person_id_of(Position(0, offset, 0)) for offset in (1, 2, 3))


def row(offset: int, name: str, person: str | None, workspace: str = "default", **fields: Any) -> Row:
    event = Event(workspace, event_ids()(NOW), "scribe", "track", name, NOW, NOW, "key", **fields)
    return Row(Position(0, offset, 0), event, "stored", person)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: Any) -> Iterator[DuckWarehouse]:
    """Five events of two people, one of whom was merged, in both tables, and two events of another workspace."""
    warehouse = DuckWarehouse(tmp_path_factory.mktemp("sql") / "warehouse.duckdb", "512MB", 2, row_group=4)
    rows = [
        row(1, "viewed", ANN, properties={"plan": "free"}),
        row(2, "viewed", ANN_TOO),
        row(3, "secret", BOB, "another"),
        row(4, "bought", ANN_TOO, properties={"plan": "free"}, value=Decimal("19.99"), email="ann@example.com"),
        row(5, "bought", ANN, properties={"plan": "pro"}, value=Decimal("5")),
        row(6, "viewed", BOB),
        row(7, "secret", BOB, "another"),
    ]
    told = [Told("default", ANN, "city", '"Oslo"', NOW - 1, "a"), Told("default", ANN_TOO, "city", '"Rome"', NOW, "b")]
    warehouse.write([warehouse.pack(rows)], {0: 7}, Facts({ANN_TOO: ANN}, told))
    warehouse.move()
    yield warehouse
    warehouse.close()


@pytest.fixture
def ask(warehouse: DuckWarehouse) -> Any:
    def ask(sql: str, limit: int = 1000, seconds: float = 10) -> SqlResult:
        stop = Stop(seconds)
        moment = Moment("default", zone("UTC"), NOW)
        asking = Asking(DuckTables(warehouse.cursor), moment, {}.__getitem__, stop)
        with stop.counting():
            return answer(parse(Sql, {"sql": sql, "limit": limit}), asking)

    return ask


def test_own_events_and_nobody_elses(ask: Any) -> None:
    result = ask("SELECT name, count(*) AS n, sum(value) AS total FROM events GROUP BY ALL ORDER BY name")
    assert [column.name for column in result.columns] == ["name", "n", "total"]
    assert [row[:2] for row in result.rows] == [["bought", 2], ["viewed", 3]]
    assert not result.truncated


def test_properties_and_people_of_this_moment(ask: Any) -> None:
    rows = ask(
        "SELECT e.person, e.properties.plan::VARCHAR AS plan, t.value FROM events e "
        "LEFT JOIN traits t ON t.person = e.person AND t.name = 'city' WHERE e.name = 'bought' ORDER BY ALL"
    ).rows
    assert rows == [[number_of(ANN), "free", '"Rome"'], [number_of(ANN), "pro", '"Rome"']]
    assert ask("SELECT count(*) FROM people").rows == [[2]]


def test_what_is_useful_works(ask: Any) -> None:
    for sql in (
        "WITH t AS (SELECT name FROM events) SELECT * FROM t QUALIFY row_number() OVER (PARTITION BY name) = 1",
        "SELECT date_trunc('day', occurred_at) AS d, count(DISTINCT person) FROM events GROUP BY d ORDER BY d DESC",
        "SELECT quantile_cont(value, 0.5), avg(value), list(name), any_value(email) FROM events",
        "SELECT CASE WHEN name ILIKE '%b%' THEN 'x' ELSE 'y' END, now() > occurred_at FROM events",
        "SELECT * FROM events UNION ALL SELECT * FROM events",
        "SELECT unnest([1, 2]), * FROM range(3)",
        "FROM Events SELECT name ORDER BY 1",
        "WITH Mine AS (SELECT 1 AS i) SELECT * FROM mine, range(3), generate_series(1, 2) AS g",
        "SELECT replace(name, 'https://', ''), regexp_replace(name, '[0-9]+', 'N', 'g') FROM events",
        "SELECT regexp_replace(name, '^https?://([^/]+)/.*$', '\\1') FROM events",
        "SELECT regexp_replace(name, '[0-9]+', ':id', 'g'), replace(email, '@', ' at ') FROM events",
        "SELECT replace(name, kind, '-'), lpad(hour(occurred_at)::VARCHAR, 2, '0') FROM events",
        "FROM (SELECT count(*) AS a, 2 AS b FROM events) UNPIVOT (number FOR called IN (a, b))",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n",
    ):
        assert ask(sql).columns, sql


def test_values_become_columns(ask: Any) -> None:
    result = ask(
        "FROM (SELECT name, kind, value FROM events) PIVOT (count(*) AS n, sum(value) FOR name IN ('viewed', 'bought'))"
    )
    assert [column.name for column in result.columns] == [
        *("kind", "viewed_n", 'viewed_sum("value")', "bought_n", 'bought_sum("value")')
    ]
    assert [[*row[:2], row[3]] for row in result.rows] == [["track", 3, 2]]


def test_instants_with_a_time_zone_are_told_in_utc(ask: Any) -> None:
    noon, ten = "TIMESTAMPTZ '2026-03-01 12:00:00+02'", datetime(2026, 3, 1, 10)
    assert ask(f"SELECT {noon}, [{noon}], {{'at': {noon}}}").rows == [[ten, [ten], {"at": ten}]]
    [[now, hour]] = ask("SELECT now(), date_trunc('hour', now())").rows
    assert abs(now - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)
    assert hour <= now


def test_an_answer_is_cut_at_its_limit(ask: Any) -> None:
    result = ask("SELECT * FROM range(100)", limit=10)
    assert (len(result.rows), result.truncated) == (10, True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM main.events",
        "SELECT * FROM hot",
        "SELECT * FROM cold",
        "SELECT * FROM others",
        "SELECT * FROM memory.main.hot",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'x.parquet'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM query('SELECT * FROM hot')",
        "SELECT * FROM query_table('hot')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM pragma_storage_info('hot')",
        "SELECT getenv('HOME')",
        "SELECT current_setting('memory_limit')",
        "SELECT getvariable('x')",
        "SELECT nextval('x')",
        "SELECT sleep_ms(100000)",
        "SELECT pg_sleep(10)",
        "SELECT write_log('x')",
        "SELECT json_execute_serialized_sql('x')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "SELECT pg_catalog.pg_get_viewdef(1)",
        "SELECT (SELECT max(name) FROM hot)",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM cold)",
        "WITH t AS (SELECT * FROM hot) SELECT * FROM t",
        "WITH hot AS (SELECT * FROM hot) SELECT * FROM hot",
        "WITH cold AS (SELECT 1), t AS (SELECT * FROM main.cold) SELECT * FROM t",
        "SELECT * FROM events WHERE name IN (SELECT name FROM hot)",
        "SELECT * FROM events ORDER BY (SELECT count(*) FROM hot)",
        "SELECT * FROM events LIMIT (SELECT count(*) FROM hot)",
        "SELECT list_transform([1], lambda x: (SELECT count(*) FROM hot))",
        "DESCRIBE events",
        "FROM (DESCRIBE hot)",
        "FROM (SUMMARIZE cold)",
        "SHOW TABLES",
        "PRAGMA database_list",
        "SET memory_limit = '1MB'",
        "COPY events TO '/tmp/x'",
        "CREATE TABLE x (i INT)",
        "INSERT INTO hot SELECT 1",
        "DELETE FROM hot",
        "ATTACH '/tmp/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "EXPORT DATABASE '/tmp/x'",
        "CALL pragma_version()",
        "SELECT 1; DELETE FROM hot",
        "SELECT 1) AS x; DELETE FROM hot; --",
        "SELECT * FROM events WHERE name = $workspace",
        "SELECT * FROM events WHERE name = ?",
        "SELECT repeat('x', 1000000000)",
        "SELECT NULL::INT[100000]",
        "SELECT TRY_CAST(name AS STRUCT(a INT[100000])) FROM events",
        "SELECT json_pretty('[]')",
        "SELECT list_reduce([1, 2], lambda a, b: a + b)",
        "SELECT equi_width_bins(0, 10, 1000000, false)",
        "SELECT bitstring_agg(range, 0, 40000000000) FROM range(10)",
        f"SELECT {'+'.join('1' * 1000)}",
        "SELECT len(range(10))",
        "SELECT len(main.range(10))",
        "SELECT len(generate_series(1, 10))",
        "SELECT levenshtein('a', 'b')",
        "SELECT replace(name, 'a', name) FROM events",
        "SELECT regexp_replace(name, 'a', name || 'x') FROM events",
        "SELECT lpad(name, len(name)::INT, 'x') FROM events",
        'SELECT "IS DISTINCT FROM"(NULL, name) FROM events',
        'SELECT "__cast"(name) FROM events',
        "FROM (SELECT name FROM events) PIVOT (count(*) FOR name IN mood)",
        f"FROM (SELECT name FROM events) PIVOT (count(*) FOR name IN ({', '.join(map(str, range(21)))}))",
        "WITH roots_now AS (SELECT person, root FROM roots_now) SELECT * FROM roots_now",
        "SELECT a.* FROM (WITH Roots_Now AS (SELECT 1 AS i) SELECT * FROM roots_now) AS x, roots_now AS a",
        "SELECT * FROM roots_now",
        "PIVOT events ON name USING count(*)",
        "",
        "nonsense",
        "/* only a comment */",
    ],
)
def test_there_is_no_way_out(ask: Any, sql: str, tmp_path: Any) -> None:
    with pytest.raises(QuestionInvalidError):
        ask(sql)


def test_a_function_that_is_left_out_is_named_with_where_to_look(ask: Any) -> None:
    with pytest.raises(QuestionInvalidError, match="list_reduce") as refused:
        ask("SELECT list_reduce([1, 2], lambda a, b: a + b)")
    assert "sql.md" in refused.value.hint


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("SELECT unnest(range(10))", "FROM range"),
        ("PIVOT events ON name USING count(*)", r"PIVOT \(count"),
        ("WITH hot AS (SELECT 1) FROM hot", "another name"),
        ("SELECT to_char(occurred_at, 'YYYY') FROM events", "DuckDB's own"),
    ],
)
def test_what_is_refused_is_told_with_what_to_write(ask: Any, sql: str, hint: str) -> None:
    with pytest.raises(QuestionInvalidError) as refused:
        ask(sql)
    assert re.search(hint, refused.value.hint)


@pytest.mark.parametrize("name", ["hot", "main", "duckdb_tables", '"/etc/passwd"', "warehouse", '"x y"'])
def test_a_name_of_ones_own_opens_nothing(ask: Any, name: str) -> None:
    """A name given in one part of a statement is not known in the others: there it would mean something else."""
    with pytest.raises(QuestionInvalidError):
        ask(f"SELECT * FROM (WITH {name} AS (SELECT 1 AS i) SELECT * FROM {name}) AS a, {name}")


def test_variables_of_the_process_are_no_tables(ask: Any) -> None:
    with pytest.raises(QuestionInvalidError):
        ask("SELECT * FROM (WITH rows AS (SELECT 1 AS i) SELECT * FROM rows) AS a, rows")


def test_it_ends_in_time(ask: Any) -> None:
    with pytest.raises(QuestionStoppedError, match=r"longer than 0\.3 s"):
        ask("SELECT count(*) FROM range(1000000000) a, range(1000000000) b", seconds=0.3)


def test_it_ends_before_it_takes_too_much_memory(ask: Any) -> None:
    with pytest.raises(QuestionStoppedError, match="memory"):
        ask("SELECT count(DISTINCT a.range || '-' || b.range) FROM range(100000) a, range(100000) b", seconds=60)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT len(list(range)) FROM range(1000000000)",
        "SELECT quantile_cont(range, [0.1, 0.5]) FROM range(1000000000)",
    ],
)
def test_memory_that_the_engine_does_not_count_has_the_same_limit(ask: Any, sql: str) -> None:
    with pytest.raises(QuestionStoppedError, match="memory"):
        ask(sql, seconds=600)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("list(range)", "list makes more than 5,000 entries"),
        ("array_agg(range ORDER BY range DESC)", "array_agg makes more than 5,000 entries"),
        ("max(range, 6000)", "max makes more than 5,000 entries"),
        ("len(string_agg(range::VARCHAR, ','))", "string_agg makes more than 20,000 characters"),
        ("ARRAY(SELECT range FROM range(10000))", "array_agg makes more than 5,000 entries"),
    ],
)
def test_what_is_made_of_a_group_has_a_limit(ask: Any, made: str, told: str) -> None:
    with pytest.raises(QuestionInvalidError, match=told):
        ask(f"SELECT {made} FROM range(10000)")
    assert ask(f"SELECT {made.replace('10000', '10')} FROM range(10)").rows


def test_a_limit_changes_neither_names_nor_values(ask: Any) -> None:
    result = ask(
        "SELECT list(name ORDER BY name) FILTER (WHERE value > 1), count(DISTINCT name), "
        "string_agg(DISTINCT kind, ';'), len(list(name)) AS n FROM events "
        "HAVING len(list(name)) > 1 ORDER BY list(name)"
    )
    assert [column.name for column in result.columns] == [
        'list("name" ORDER BY "name") FILTER (WHERE ("value" > 1))',
        'count(DISTINCT "name")',
        "string_agg(DISTINCT kind, ';')",
        "n",
    ]
    assert result.rows == [[["bought", "bought"], 2, "track", 5]]
    assert ask('SELECT "list(kind)" FROM (SELECT list(kind) FROM events)').rows == [[["track"] * 5]]


def test_what_fails_while_it_runs_is_told(ask: Any) -> None:
    with pytest.raises(QuestionInvalidError, match="nonexistent") as refused:
        ask("SELECT nonexistent FROM events")
    assert "LINE" not in str(refused.value)
    assert "events, traits and people" in refused.value.hint
    with pytest.raises(QuestionInvalidError, match="this is no SELECT"):
        ask("DROP TABLE events")
    with pytest.raises(QuestionInvalidError):
        ask("SELECT CAST(name AS INTEGER) FROM events")
