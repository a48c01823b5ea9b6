"""Questions from the command line: the same as over the API, shown as tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EVENTS = "\n".join(
    f'{{"event": {{"name": "{name}", "user_id": "u{number}", "properties": {{"plan": "pro"}}}}}}'
    for number, name in enumerate(["viewed", "viewed", "viewed", "bought"])
)


@pytest.fixture
def asked(bowerbird: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "events.ndjson").write_text(EVENTS)
    assert bowerbird("import events.ndjson --dialect scribe").code == 0
    return bowerbird


def test_a_trend_as_a_table_and_as_the_apis_document(asked: Callable[..., Any]) -> None:
    question = '{"series":[{"event":"viewed","measure":"events","label":"views"}],"range":{"last":1}}'
    told = asked(("ask", "trend", question))
    assert told.code == 0
    assert "views" in told.out
    assert "newest event received" in told.out
    document = asked(("ask", "trend", question, "--json")).document
    assert document["kind"] == "trend"
    assert document["result"]["lines"][0]["total"] == 3


def test_sql_is_written_as_it_is(asked: Callable[..., Any]) -> None:
    told = asked(("ask", "sql", "SELECT name, count(*) AS n FROM events GROUP BY ALL ORDER BY n"))
    assert told.code == 0
    assert [line.split() for line in told.out.splitlines()[2:4]] == [["bought", "1"], ["viewed", "3"]]


def test_retention_has_a_row_a_cohort_and_a_column_a_period(asked: Callable[..., Any]) -> None:
    """Also where periods have not begun."""
    question = '{"start": {"event": "viewed"}, "return": {}, "periods": 3, "range": {"last": 1}}'
    told = asked(("ask", "retention", question))
    assert told.code == 0, told.err
    heading, _, today, *_ = told.out[told.out.index("start") :].splitlines()
    assert heading.split() == ["start", "persons", "period", "0", "period", "1", "period", "2", "period", "3"]
    assert today.split()[1:] == ["3", "0", "(0.0%)*", "–", "–", "–"]


def test_a_segment_has_traits_beside_the_person(asked: Callable[..., Any]) -> None:
    question = '{"condition": {"did": {"event": "bought"}}, "traits": ["user_id"]}'
    told = asked(("ask", "segment", question))
    assert told.code == 0, told.err
    assert "trait:user_id" in told.out
    assert [line.split()[1:] for line in told.out.splitlines() if line.startswith("70657273")] == [["u3"]]


def test_a_question_from_a_file_and_from_stdin(asked: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "question.json").write_text('{"sql": "SELECT 42 AS answer"}')
    assert "42" in asked("ask sql @question.json").out
    assert "42" in asked("ask sql -", '{"sql": "SELECT 42 AS answer"}').out
    assert asked("ask sql @nowhere.json").code == 1
    (tmp_path / "question.json").write_bytes(b'\xef\xbb\xbf{"sql": "SELECT 43 AS answer"}')
    assert "43" in asked("ask sql @question.json").out, "with a byte order mark"
    (tmp_path / "question.json").write_bytes(b'{"sql": "SELECT \xff"}')
    assert "no UTF-8" in asked("ask sql @question.json").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask", "trend", "{"), "no JSON"),
        (("ask", "trend", '{"serie": 1}'), "unknown field `serie`"),
        (("ask", "horoscope", "{}"), "Ask one of trend, funnel"),
        (("ask", "segment/csv", '{"condition": {"all": []}}'), "Ask one of trend, funnel"),
        (("ask", "../replay", "{}"), "Ask one of trend, funnel"),
        (("ask", "trend", "[" * 100_000), "no JSON"),
        (("ask", "sql", "SELECT * FROM hot"), "the table hot"),
    ],
)
def test_what_cannot_be_asked_is_said(asked: Callable[..., Any], arguments: tuple[str, ...], words: str) -> None:
    told = asked(arguments)
    assert told.code == 1
    assert words in told.err
