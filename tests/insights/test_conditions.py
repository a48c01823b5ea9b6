"""Every condition means in SQL what it means in plain Python."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.base import Stop
from bowerbird.insights.conditions import Condition
from bowerbird.insights.events import Events
from bowerbird.insights.fields import field
from bowerbird.insights.people import Everybody
from bowerbird.insights.question import Asking, Moment, parse, zone
from bowerbird.warehouse.tables import DuckTables


def asking(asked: Any, world: Any) -> Asking:
    moment = Moment("default", zone(world.zone), 1_775_143_800_000_000)
    return Asking(DuckTables(asked.db.cursor), moment, world.segments.__getitem__, Stop())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_same_events_meet_it(data: st.DataObject, asked: Any, worlds: Any, conditions: Any) -> None:
    world = data.draw(worlds)
    condition = parse(Condition, data.draw(conditions))
    asked.fill(world)
    question = asking(asked, world)
    draft = question.draft()
    events = Events(draft)
    id_low = events.plain("id_low")
    table = events.table(question.conditions.clause(condition, events))
    found = {row[0][-12:] for row in question.rows(draft.finish(f"SELECT {id_low} FROM {table}"))}
    met = [event for event in world.events if world.holds(condition, event, world.person(event))]
    assert found == {event["event_id"][-12:] for event in met}


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_same_people_are_in_a_segment(data: st.DataObject, asked: Any, worlds: Any) -> None:
    world = data.draw(worlds)
    leaves = [
        {"field": "trait:city", "value": "Berlin"},
        {"field": "trait:plan", "op": "at_least", "value": 5},
        {"segment": "buyers"},
        {"did": {"event": "viewed", "at_least": 2}},
        {"not": {"did": {"where": {"field": "property:plan", "value": "pro"}}}},
    ]
    condition = parse(
        Condition, {data.draw(st.sampled_from(["all", "any"])): data.draw(st.lists(st.sampled_from(leaves)))}
    )
    asked.fill(world)
    question = asking(asked, world)
    draft = question.draft()
    people = Everybody(draft)
    table = people.table(question.conditions.clause(condition, people))
    found = {row[0] for row in question.rows(draft.finish(f"SELECT person FROM {table}"))}
    assert found == {person for person in world.everybody() if world.holds(condition, None, person)}


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({}, "one of"),
        ({"field": "name", "value": "x", "segment": "y"}, "one of"),
        ({"field": "nonsense", "value": "x"}, "no field"),
        ({"field": "name"}, "takes one value"),
        ({"field": "name", "op": "set", "value": 1}, "takes no value"),
        ({"field": "property:n", "op": "greater", "value": "5"}, "takes a number"),
        ({"field": "name", "op": "in", "value": "x"}, "takes a list"),
        ({"fields": "name"}, "unknown field"),
        ({"did": {"at_least": 0}}, "1 or more"),
    ],
)
def test_a_senseless_condition_is_refused(condition: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionInvalidError, match=words):
        parse(Condition, condition)


PROPERTIES = {"n": {"a.b": 5, "0": "zero", "deep": {"er": True}}, "list": [7, {"x": 1}], "a/b~c": "odd", "plain": 1.5}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("property:n.a\\.b", "5"),
        ("property:n.0", "zero"),
        ("property:n.deep.er", "true"),
        ("property:n.deep.er.more", None),
        ("property:n.a.b", None),
        ("property:list.0", None),
        ("property:list.1.x", None),
        ("property:a/b~c", "odd"),
        ("property:plain", "1.5"),
        ("property:plain.0", None),
        ("property:missing", None),
    ],
)
@pytest.mark.parametrize("noted", [(), ("/a/b~c/list/n/plain/",), ("/other/",)])
def test_a_property_is_the_same_wherever_its_row_is(
    name: str, value: str | None, noted: tuple[str, ...], asked: Any, told: Any
) -> None:
    world = told(*((1, "viewed", minutes) for minutes in range(4)))
    for event in world.events:
        event["properties"] = PROPERTIES
    asked.fill(world)
    question = asking(asked, world)
    draft = question.draft()
    events = Events(draft, noted=noted)
    text = events.text(field(name))
    table = events.table()
    assert question.rows(draft.finish(f"SELECT {text} FROM {table}")) == [(value,)] * 4


@pytest.mark.parametrize("name", ['a"b', "über", "x\\y", "tab\there", "a/b", "~1", "🙂", "\x7f", "\u2028", "plan"])
def test_a_property_is_found_by_any_name(asked: Any, told: Any, name: str) -> None:
    world = told(*((1, "a", at) for at in range(8)))
    for number, event in enumerate(world.events):
        event["properties"] = {name: "here"} if number < 4 else {"other": name, name.upper() + "!": "here"}
    asked.fill(world)
    question = asking(asked, world)
    draft = question.draft()
    events = Events(draft)
    id_low = events.plain("id_low")
    condition = parse(Condition, {"field": f"property:{name}", "value": "here"})
    table = events.table(question.conditions.clause(condition, events))
    found = sorted(row[0][-12:] for row in question.rows(draft.finish(f"SELECT {id_low} FROM {table}")))
    assert found == [event["event_id"][-12:] for event in world.events[:4]]
