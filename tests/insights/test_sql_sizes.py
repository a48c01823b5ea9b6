"""What could make one value of gigabytes, where no limit reaches, is refused; what questions need is not."""

from typing import Any

import duckdb
import msgspec
import pytest

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.sql_sizes import check_sizes

PATH = "'$'"
ELEVEN = ", ".join(map(str, range(11)))


def statement(sql: str) -> Any:
    row = duckdb.connect().execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    assert row is not None
    document = msgspec.json.decode(row[0])
    assert not document["error"], document
    return document["statements"][0]


def nested(inner: str, outer: str, times: int) -> str:
    """`outer` says what becomes of `s`, again and again."""
    return f"SELECT s FROM {f'(SELECT {outer} AS s FROM ' * times}(SELECT {inner} AS s){')' * times}"


def within_list(outer: str) -> str:
    return f"SELECT {outer} FROM (SELECT list(value) AS l, list(name) AS m FROM events), people"


@pytest.mark.parametrize(
    "sql",
    [
        "WITH p AS (SELECT person, string_agg(name, ' > ' ORDER BY occurred_at) AS path FROM events GROUP BY "
        "person) SELECT path, count(*), list(person)[:5] FROM p GROUP BY path ORDER BY 2 DESC",
        "WITH p AS (SELECT person, list(name ORDER BY occurred_at) AS names FROM events GROUP BY person) "
        "SELECT p.person, list_filter(p.names, x -> x = 'bought') AS b, array_to_string(names, ' > ') AS t, "
        "names[1], len(names), list_contains(names,'x'), list_distinct(names) FROM p JOIN people USING "
        "(person)",
        "SELECT person, list({'name': name, 'at': occurred_at, 'v': value, 'k': kind}) AS es FROM events "
        "GROUP BY person",
        "SELECT e.properties.plan::VARCHAR || ' / ' || e.name || e.kind AS t, count(*) FROM events e GROUP BY 1",
        "SELECT concat_ws(',', dialect, kind, name, user_id, email, phone, order_id, currency) FROM events",
        "SELECT unnest(string_split(name, ' ')) w, count(*) FROM events GROUP BY 1",
        "SELECT [x.name for x in es if x.v > 3] FROM (SELECT list({'name': name, 'v': value}) AS es FROM "
        "events GROUP BY person)",
        "SELECT max({'a': name, 'b': value}) FROM events",
        "SELECT arg_max(name, occurred_at, 3), max(value, 5) FROM events",
        "SELECT regexp_replace(regexp_extract_all(name, '[a-z]+')[1], 'a', 'b'), strftime(occurred_at, "
        "'%Y-%m-%d %H:%M:%S') FROM events",
        "SELECT list(DISTINCT strftime(occurred_at, '%Y-%m-%d')) FROM events GROUP BY person",
        "SELECT e FROM events e LIMIT 3",
        "SELECT events FROM events LIMIT 3",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n",
        "SELECT list_transform(list(value), x -> x * 2 + 1) FROM events",
        "SELECT to_json({'a': name, 'l': list(value)}) FROM events GROUP BY name",
        "SELECT map_from_entries(list((name, n))) FROM (SELECT name, count(*) n FROM events GROUP BY name)",
        "SELECT list_sort(list_distinct(flatten(list([name, kind])))) FROM events GROUP BY person",
        "WITH a AS (SELECT list(name) AS l FROM events GROUP BY person) SELECT list_zip(l, l[2:]) AS pairs FROM a",
        "SELECT replace(replace(name, '&', '&amp;'), '<', '&lt;'), regexp_replace(name, '(.)x', '\\1-\\1') FROM events",
        "SELECT rpad(name, 40), regexp_replace(string_agg(name), '>', ' > ', 'g') FROM events",
        "FROM (SELECT person, name, list(value) AS l FROM events) PIVOT (first(l) FOR name IN ('viewed', 'bought'))",
        "SELECT count(*) FROM events a JOIN LATERAL (SELECT list(b.name) AS l FROM events b WHERE b.person = "
        "a.person) t ON true",
    ],
)
def test_what_questions_need(sql: str) -> None:
    check_sizes(statement(sql))


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (within_list("list_transform(l, lambda x: l)"), "l in a lambda"),
        (within_list("list_transform(l, lambda x: list_concat(l, l))"), "l in a lambda"),
        (within_list("flatten(list_transform(l, lambda x: list_transform(l, lambda y: l)))"), "l in a lambda"),
        (within_list("list_transform(l, lambda x: list_transform([1], lambda y: x))"), "x in a lambda"),
        (within_list("list_filter(l, x -> x > person)"), "person in a lambda"),
        (within_list("[[y FOR y IN l] FOR x IN l]"), "l in a lambda"),
        (within_list("list_transform(l, lambda x: (SELECT count(*) FROM people))"), "a subquery in a lambda"),
        (within_list("||".join("l" * 11)), r"\|\|"),
        (within_list("list_select(m, l)"), "list_select"),
        (within_list(f"array_to_string(m, '{'x' * 400}')"), "array_to_string"),
        (within_list("list_transform(l, lambda x: [x, x, x, x, x, x, x, x, x, x, x])"), "list_transform"),
        (f"SELECT {'||'.join(['#1'] * 11)} FROM (SELECT list(name) FROM events)", r"\|\|"),
        ("SELECT [t, t, t, t, t, t] FROM (SELECT list(name) AS a, list(kind) AS b FROM events) AS t", "list_value"),
        ("SELECT list(l) FROM (SELECT list(name) AS l FROM events GROUP BY person)", "list"),
        ("SELECT list(f) FROM (SELECT s.* FROM (SELECT {'f': list(name)} AS s FROM events))", "list"),
        ("SELECT list(x) FROM (SELECT list(name) FROM events) AS t(x)", "list"),
        ("WITH t(x) AS (SELECT list(name) FROM events) SELECT list(x) FROM t", "list"),
        ("SELECT list(x) FROM (SELECT name AS x FROM events UNION ALL (SELECT list(name) FROM events))", "list"),
        ("SELECT string_split(s || s || s, '') FROM (SELECT string_agg(name) AS s FROM events)", "string_split"),
        (
            f"SELECT json_extract(s, [{', '.join(50 * [PATH])}]) FROM (SELECT string_agg(name) AS s FROM events)",
            "json_extract",
        ),
        (
            "SELECT 1 AS a, "
            + ", ".join(f"[{x}, {x}] AS {y}" for x, y in zip("abcdefghijklmnopq", "bcdefghijklmnopqr", strict=True)),
            "list_value",
        ),
        (nested("'x'", "replace(s, 'x', 'xx')", 13), "replace"),
        (nested("'x'", "regexp_replace(s, '.+', '\\0\\0', 'g')", 13), "regexp_replace"),
        (nested("'x'", "regexp_replace(s, '', 'x', 'g')", 13), "regexp_replace"),
        (nested("'x'", "lpad(s, 100, 'x')", 3), "lpad"),
        ("SELECT lpad('x', 100000000)", "lpad"),
        (f"SELECT replace(name, 'a', '{'x' * 4000}') FROM events", "replace"),
        ("FROM (SELECT name, value FROM events) PIVOT (list(value) FOR name IN ('viewed'))", "PIVOT to lists"),
        (
            f"SELECT p FROM (SELECT name, list(value) AS l FROM events) PIVOT (first(l) FOR name IN ({ELEVEN})) AS p",
            "PIVOT here",
        ),
        (
            f"SELECT json_keys(s, [{', '.join(50 * [PATH])}]) FROM (SELECT string_agg(name) AS s FROM events)",
            "json_keys",
        ),
        (
            f"SELECT {'concat(' * 6}s{', s)' * 6} FROM (SELECT string_agg(name) AS s FROM events)",
            "concat",
        ),
        (f"SELECT {'reverse(' * 90}string_agg(name){')' * 90} FROM events", "so many functions"),
        (nested("'x'", "s || s", 30), r"\|\|"),
        (nested("[1]", "list_concat(s, s)", 30), "list_concat"),
        (nested("1", "[s, s]", 30), "list_value"),
        (nested("1", "ARRAY[s, s]", 30), "list_value"),
        (nested("1", "{'a': s, 'b': s}", 30), "struct_pack"),
        (nested("'x'", "hex(s)", 30), "hex"),
        (nested("'x'", "bin(s)", 10), "bin"),
        (nested("'x'", "to_json(s)::VARCHAR", 30), "to_json"),
        (nested("'x'", "[s]::VARCHAR", 30), "list_value"),
        (nested("'x'", "(s || s) -> '$'", 30), r"\|\|"),
        ("SELECT concat(*COLUMNS(*)) FROM events", "not named"),
        ("SELECT list(name) OVER (ORDER BY occurred_at) FROM events", "list over a window"),
        ("SELECT string_agg(name) OVER (ORDER BY occurred_at) FROM events", "string_agg over a window"),
        ("WITH RECURSIVE n AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM n) SELECT * FROM n", "WITH RECURSIVE"),
        ("WITH RECURSIVE n AS (SELECT [1] AS s UNION ALL SELECT list_concat(s, s) FROM n) FROM n", "WITH RECURSIVE"),
    ],
)
def test_what_would_grow_too_large(sql: str, named: str) -> None:
    with pytest.raises(QuestionInvalidError, match=named) as refused:
        check_sizes(statement(sql))
    assert refused.value.hint
