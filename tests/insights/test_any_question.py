"""Whatever JSON is sent as a question is answered, or refused in the API's own form: never a failure of the server."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.insights.kinds import KINDS

NAMES = ("signup", "viewed", "bought", "left")
NOW = 1_775_143_800_000_000
CONDITIONS: list[Any] = [
    {"field": "property:plan", "op": "in", "value": ["pro", 5]},
    {"all": [{"segment": "buyers"}, {"not": {"field": "value", "op": "greater", "value": 1}}]},
    {"any": [{"did": {"event": "viewed", "at_least": 1, "at_most": 3, "range": {"last": 9, "unit": "week"}}}]},
    {"field": "trait:city", "op": "matches", "value": "e"},
]
COMMON = {"range": {"since": "2026-03-01", "until": "2026-04-01"}, "timezone": "Europe/Berlin", "where": CONDITIONS[0]}
QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "trend": [
        {
            **COMMON,
            "unit": "hour",
            "series": [{"event": "bought", "measure": "sum", "of": "property:n", "label": "x", "where": CONDITIONS[1]}],
            "formula": "x / 2",
            "breakdown": ["property:plan", "segment:buyers"],
            "limit": 2,
            "compare": "previous",
        },
        {"series": [{"measure": "percentile", "percentile": 9.5}], "range": {"last": 3, "unit": "month"}},
    ],
    "funnel": [{**COMMON, "steps": [{"event": "signup"}, {"event": "bought", "where": CONDITIONS[1]}]}],
    "retention": [{**COMMON, "first": {"event": "signup"}, "again": {"event": "bought"}}, {}],
    "paths": [
        {**COMMON, "event": "signup", "event_where": CONDITIONS[2], "anchor": "every", "within": 60, "collapse": True},
        {"direction": "before", "steps": 2, "events": ["bought"], "exclude": ["x"], "group_by": "value", "limit": 1},
    ],
    "attribution": [
        {
            **COMMON,
            "conversion": {"event": "bought", "where": CONDITIONS[3]},
            "by": "source",
            "model": "decay",
            "lookback": 3,
            "half_life": 0.5,
            "touches": CONDITIONS[1],
            "limit": 1,
        }
    ],
    "segment": [{"condition": each, "limit": 2, "traits": ["city", "email"], "after": None} for each in CONDITIONS],
    "segment/csv": [{"condition": CONDITIONS[0], "traits": ["city", "email"]}],
    "revenue": [{**COMMON, "unit": "week", "event": ["bought"], "breakdown": ["currency"], "cohort_unit": "day"}],
    "sql": [{"sql": "SELECT name, count(*) FROM events GROUP BY ALL", "limit": 3}],
}
TIMES = ["0001-01-01", "9999-12-31T23:59:59.999999", "2026-03-29T02:30", "2026-02-30", "20260301", "2026-W01", ""]
TIMES += ["2026-03-01T00:00:00+23:59", "0001-01-01T00:00+14:00", "9999-12-31T23:00-12:00", "2026-03-01T00:00:00Z"]
ZONES = [
    "Asia/Tokyo",
    "America/New_York",
    "Australia/Lord_Howe",
    "../../etc/passwd",
    "posix",
    "UTC0",
    "",
    "\0",
    "a" * 400,
]
FIELDS = ["property:", "property:a.0", "property:a\\", "property:\0", "trait:~1/", "name", "value", "segment:buyers"]
FIELDS += ["segment:", "segment:self", "trait:city", "property:n.a\\.b.~.c", "property:" + "x" * 70_000, "currency"]
RANGES = [{"since": TIMES[0]}, {"since": "9999-12-01", "until": "9999-12-31T23:00"}, {"last": 5000}]
RANGES += [{"last": 5000, "unit": "month"}, {"since": TIMES[0], "until": "0001-02-01"}, {"last": 2, "unit": "hour"}]
TEXTS = ["", "\0", "a\0b", " ", "(", "[", "\\", "%FF", "é" * 400, "x" * 70_000, "(" * 400, "1/0", "-" * 90]
QUERIES = ["SELECT 'a'::BLOB", "SELECT 'infinity'::TIMESTAMP", "SELECT 1e999", "SELECT", "SELECT x", "SELECT 'a' -- "]
QUERIES += ["SELECT 9e37::DECIMAL(38,0)", "SELECT INTERVAL 3 MONTH", "SELECT MAP {1: 'a'}", "SELECT 'nan'::DOUBLE"]
NUMBERS = [0, -1, 1, 13, 101, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 10**45, 0.5, 1e308, -1e-320, True]
PARTS = [[], {}, [[]], [None], [1, "a", True], {"a": {}}, {"segment": "self"}, {"all": []}, {"any": []}]
PARTS += [{"not": {"segment": "buyers"}}, {"did": {}}, {"field": "property:n.0", "op": "at_most", "value": 10**38}]
OF_KEYS = {"since": TIMES, "until": TIMES, "timezone": ZONES, "field": FIELDS, "of": FIELDS, "group_by": FIELDS}
OF_KEYS |= {"range": RANGES, "sql": QUERIES, "unit": ["hour", "day", "week", "month"], "where": CONDITIONS + PARTS}
OF_KEYS |= {
    "measure": ["events", "persons", "average", "minimum", "percentile"],
    "op": ["in", "set", "less", "matches"],
}
OF_KEYS |= {
    "breakdown": [[], FIELDS[5:7], *([each] for each in FIELDS)],
    "traits": [["a", "b"], *([each] for each in FIELDS)],
}
ANY = [*TIMES, *ZONES, *FIELDS, *RANGES, *TEXTS, *NUMBERS, *PARTS, None]


def odd(path: tuple[Any, ...], value: Any) -> list[Any]:
    """What may stand there instead: mostly of the same type."""
    names = [key for key in path[-1:] if key in OF_KEYS]
    if names:
        return OF_KEYS[names[0]]
    if isinstance(value, str):
        return TEXTS + FIELDS
    return NUMBERS if isinstance(value, int | float) else PARTS


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    for key, value in inner:
        yield from places(value, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    made = dict(document) if isinstance(document, dict) else list(document)
    made[path[0]] = changed(document[path[0]], path[1:], value)
    return made


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, Any]:
    kind = draw(st.sampled_from(sorted(QUESTIONS)))
    document: Any = draw(st.sampled_from(QUESTIONS[kind]))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(sorted(places(document), key=str)[1:] or [()]))
        values = ANY if draw(st.integers(0, 9)) == 0 else odd(path, at(document, path))
        document = changed(document, path, draw(st.sampled_from(values)))
    return kind, document


@pytest.fixture(scope="module")
def http(answering: Any, asked: Any, told: Any) -> httpx.Client:
    """The console's port with the tables of these tests behind its questions."""
    world = told(*((person, name, minutes * 97) for person in (1, 2, None) for minutes, name in enumerate(NAMES * 6)))
    for number, event in enumerate(world.events):
        event["properties"] = {"plan": ("pro", 5, [1], None)[number % 4], "n": number}
        event.update(value="19.99", currency="EUR", email="a@x.example")
    world.traits.append((1, "city", "Berlin", NOW, world.events[0]["event_id"]))
    asked.fill(world)
    client: httpx.Client = answering.http
    client.put("/api/v1/segments/buyers", content=b'{"did": {"event": "bought"}}').raise_for_status()
    client.put("/api/v1/segments/self", content=b'{"segment": "self"}')
    return client


def answered(http: httpx.Client, kind: str, body: bytes) -> None:
    answer = http.post(f"/api/v1/insights/{kind}", content=body)
    if answer.status_code == 200:
        assert kind == "segment/csv" or answer.json()["kind"] == kind
        return
    assert 400 <= answer.status_code < 500, f"{answer.status_code}: {answer.text[:300]}"
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["message"]
    assert error["hint"]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(asking=questions())
def test_a_question_with_odd_parts(asking: tuple[str, Any], http: httpx.Client) -> None:
    kind, document = asking
    answered(http, kind, json.dumps(document).encode())


def test_every_kind_is_among_them() -> None:
    assert set(KINDS) <= set(QUESTIONS)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(sorted(QUESTIONS)), body=st.one_of(st.binary(max_size=20), st.text(max_size=20)))
def test_what_is_no_question(kind: str, body: bytes | str, http: Any) -> None:
    answered(http, kind, body.encode(errors="surrogatepass") if isinstance(body, str) else body)
