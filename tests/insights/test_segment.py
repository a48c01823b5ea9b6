"""Segments compared with asking each person in turn."""

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.clock import FixedClock
from bowerbird.errors import QuestionInvalidError
from bowerbird.insights import segment
from bowerbird.insights.ask import Insights
from bowerbird.insights.conditions import Condition
from bowerbird.insights.question import parse
from bowerbird.person_ids import person_id
from bowerbird.warehouse.tables import DuckTables

NOW = 1_775_143_800_000_000

LEAVES = [
    {"field": "trait:city", "value": "Berlin"},
    {"field": "trait:city", "op": "not_set"},
    {"field": "trait:plan", "op": "at_least", "value": 5},
    {"segment": "buyers"},
    {"did": {"event": "viewed", "at_least": 2}},
    {"did": {"event": "viewed", "at_most": 1, "range": {"last": 30}}},
    {"did": {"where": {"field": "property:plan", "value": "pro"}}},
    {"did": {"where": {"segment": "buyers"}, "event": "left"}},
]
CONDITIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=4,
)
SHOWN = ["city", "plan.a", "user_id", "email"]


def value(world: Any, person: int, name: str) -> Any:
    if name not in ("user_id", "email"):
        told = world.get(f"trait:{name}", None, person)
        return told if told is None or isinstance(told, str) else str(told)
    told = [
        (event["occurred_at"], event[name])
        for event in world.events
        if world.person(event) == person and event[name] is not None
    ]
    return max(told)[1] if told else None


def simple_traits(world: Any) -> None:
    """Texts and numbers are written alike everywhere; objects are not."""
    world.traits[:] = [trait for trait in world.traits if trait[1] != "city" or not isinstance(trait[2], dict)]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_same_people(data: st.DataObject, asked: Any, worlds: Any) -> None:
    world = data.draw(worlds)
    simple_traits(world)
    for event in world.events:
        event["user_id"] = data.draw(st.sampled_from([None, "u1", "u2"]))
        event["email"] = data.draw(st.sampled_from([None, "a@x.example", "=b@x.example"]))
    condition = data.draw(CONDITIONS)
    traits = data.draw(st.lists(st.sampled_from(SHOWN), unique=True))
    limit = data.draw(st.integers(0, 3))
    wanted = sorted(person for person in world.everybody() if world.holds(parse(Condition, condition), None, person))
    found: list[Any] = []
    after = None
    while True:
        question = {"condition": condition, "limit": limit, "traits": traits, "after": after}
        result = asked.ask(world, "segment", question).result
        assert result.count == len(wanted)
        assert len(result.people) <= limit
        found += result.people
        after = result.next
        if after is None:
            break
    if limit:
        assert [one.person_id for one in found] == [person_id(person) for person in wanted]
        told = [{name: value(world, person, name) for name in traits} for person in wanted]
        assert [one.traits for one in found] == told


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_file_has_all_of_them(data: st.DataObject, asked: Any, worlds: Any) -> None:
    world = data.draw(worlds)
    simple_traits(world)
    for event in world.events:
        event["email"] = data.draw(st.sampled_from([None, 'a "b",\n@x.example', "=b@x.example", "-5"]))
    asked.fill(world)
    insights = Insights(DuckTables(asked.db.cursor), lambda *_: None, lambda: (0, 0.0), FixedClock(NOW))
    question = {"condition": {"all": []}, "traits": ["email", "city"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "PAGE", 2)
        written = b"".join(insights.people_csv("default", "UTC", question)).decode()
    head, *rows = csv.reader(io.StringIO(written, newline=""))
    assert head == ["person_id", "email", "city"]
    wanted = [
        [person_id(person), *(value(world, person, name) or "" for name in ("email", "city"))]
        for person in sorted(world.everybody())
    ]
    assert rows == [[cell.replace("=b", "'=b") for cell in row] for row in wanted]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({}, "condition"),
        ({"condition": {"field": "name", "value": "x"}}, "a person has no name"),
        ({"condition": {"all": []}, "limit": 1001}, "0 to 1000"),
        ({"condition": {"all": []}, "after": "x"}, "no person id"),
        ({"condition": {"all": []}, "range": {"last": 3}}, "belong into"),
        ({"condition": {"all": []}, "where": {"all": []}}, "belong into"),
        ({"condition": {"all": []}, "traits": ["a", "a"]}, "each once"),
        ({"condition": {"all": []}, "traits": [""]}, "no field"),
        ({"condition": {"segment": "nobody's"}}, "no segment"),
    ],
)
def test_a_senseless_question_is_refused(asked: Any, worlds: Any, question: dict[str, Any], words: str) -> None:
    asked.db.execute("SELECT 1")
    insights = Insights(DuckTables(asked.db.cursor), lambda *_: None, lambda: (0, 0.0), FixedClock(NOW))
    with pytest.raises(QuestionInvalidError, match=words):
        insights.ask("default", "UTC", "segment", question)


def test_segments_of_segments_have_a_bound(asked: Any) -> None:
    def find(_: str, name: str) -> Condition:
        below = {"segment": str(int(name) - 1)} if name != "0" else {"did": {"event": "bought"}}
        return parse(Condition, {"any": [below] * 100})

    insights = Insights(DuckTables(asked.db.cursor), find, lambda: (0, 0.0), FixedClock(NOW))
    with pytest.raises(QuestionInvalidError, match="those of its segments included"):
        insights.ask("default", "UTC", "segment", {"condition": {"segment": "9"}})


def test_a_segment_that_contains_itself_is_refused(asked: Any) -> None:
    conditions = {"a": parse(Condition, {"segment": "b"}), "b": parse(Condition, {"not": {"segment": "a"}})}
    tables = DuckTables(asked.db.cursor)
    insights = Insights(tables, lambda _, name: conditions.get(name), lambda: (0, 0.0), FixedClock(NOW))
    with pytest.raises(QuestionInvalidError, match="part of itself"):
        insights.ask("default", "UTC", "segment", {"condition": {"segment": "a"}})
