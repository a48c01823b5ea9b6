"""Paths compared with a walk through each person's events, one by one."""

from collections import Counter
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.conditions import Condition
from bowerbird.insights.kinds import KINDS
from bowerbird.insights.paths import Paths
from bowerbird.insights.question import parse

MINUTE = 60_000_000
NAMES = ("signup", "viewed", "bought", "left")


@st.composite
def dense(draw: st.DrawFn, worlds: Any) -> Any:
    """Few people within a few hours, with equal times."""
    world = draw(worlds)
    start = draw(st.integers(0, 3)) * 86_400_000_000
    for event in world.events:
        minutes = draw(st.integers(0, 400))
        event["occurred_at"] = 1_774_656_000_000_000 + start + minutes * 10 * MINUTE
    return world


def sequence(question: Paths, world: Any, start: Any, events: list[Any]) -> list[Any]:
    """Nodes of one path. `events`: (time, begins a path, node) of the person that take part."""
    after = question.direction == "after"
    end = start + question.within * MINUTE * (1 if after else -1)
    inside = [one for one in events if min(start, end) <= one[0] <= max(start, end)]
    inside.sort(key=lambda one: (one[0] if after else -one[0], not one[1], one[2] is None, one[2] or ""))
    nodes = [node for *_, node in inside]
    if question.collapse:
        nodes = [node for at, node in enumerate(nodes) if at == 0 or node != nodes[at - 1]]
    return nodes[: question.steps + 1]


def walked(question: Paths, world: Any) -> list[list[Any]]:
    since, until, _ = world.period(question.range, question.timezone)
    any_event = question.event is None and question.event_where is None

    def begins(event: Any) -> bool:
        person = world.person(event)
        return (question.event is None or event["name"] == question.event) and world.holds(
            question.event_where, event, person
        )

    def takes_part(event: Any) -> bool:
        named = (question.events is None or event["name"] in question.events) and event["name"] not in question.exclude
        wanted = named if any_event else named or begins(event)
        return wanted and world.holds(question.where, event, world.person(event))

    found = []
    for person in world.everybody():
        events = [event for event in world.events if world.person(event) == person and takes_part(event)]
        told = [(event["occurred_at"], begins(event), world.get(question.group_by, event, person)) for event in events]
        told = [(at, first, node if node is None else _text(node)) for at, first, node in told]
        starts = sorted({at for at, first, _ in told if first and since <= at < until})
        which = question.anchor or ("first" if question.direction == "after" else "last")
        starts = {"first": starts[:1], "last": starts[-1:], "every": starts}[which]
        found += [sequence(question, world, start, told) for start in starts]
    return found


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def expected(question: Paths, world: Any) -> dict[str, Any]:
    paths = walked(question, world)
    ranks: list[dict[Any, int]] = []
    for step in range(question.steps + 1):
        counts = Counter(path[step] for path in paths if len(path) > step)
        order = sorted(counts, key=lambda node: (-counts[node], node is None, node or ""))
        ranks.append({node: min(rank, question.limit) for rank, node in enumerate(order)})
    nodes: dict[Any, list[Any]] = {}
    links: Counter[Any] = Counter()
    for path in paths:
        places = [(step, ranks[step][node]) for step, node in enumerate(path)]
        for place, node in zip(places, path, strict=True):
            other = place[1] == question.limit
            told = nodes.setdefault(place, [place[0], None if other else node, other, 0, 0])
            told[3] += 1
            told[4] += place == places[-1] and place[0] < question.steps
        links.update(pairwise(places))
    return {"nodes": [nodes[place] for place in sorted(nodes)], "links": links, "places": sorted(nodes)}


QUESTIONS = st.fixed_dictionaries(
    {"range": st.sampled_from([{"last": 30}, {"since": "2026-03-28", "until": "2026-03-30"}])},
    optional={
        "event": st.sampled_from(NAMES),
        "event_where": st.sampled_from([{"field": "value", "op": "set"}, {"field": "property:plan", "value": 5}]),
        "anchor": st.sampled_from(["first", "last", "every"]),
        "direction": st.sampled_from(["after", "before"]),
        "steps": st.integers(1, 5),
        "events": st.lists(st.sampled_from(NAMES), max_size=3),
        "exclude": st.lists(st.sampled_from(NAMES), max_size=2),
        "group_by": st.sampled_from(["name", "property:plan", "dialect", "trait:plan.a", "currency"]),
        "limit": st.integers(1, 4),
        "within": st.sampled_from([10, 300, 1440, 9000]),
        "collapse": st.booleans(),
        "timezone": st.just("Europe/Berlin"),
    },
)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_same_paths(data: st.DataObject, asked: Any, worlds: Any, conditions: Any) -> None:
    world = data.draw(dense(worlds))
    given_ = data.draw(QUESTIONS)
    if data.draw(st.booleans()):
        given_ = {**given_, "where": data.draw(conditions)}
    if "event" not in given_ and "event_where" not in given_:
        given_.pop("anchor", None)
    given_["exclude"] = [name for name in given_.get("exclude", []) if name != given_.get("event")]
    check(asked, world, given_)


def check(asked: Any, world: Any, given_: dict[str, Any]) -> None:
    question = parse(Paths, given_)
    result = asked.ask(world, "paths", given_).result
    wanted = expected(question, world)
    assert [[n.step, n.node, n.other, n.paths, n.ended] for n in result.nodes] == wanted["nodes"]
    places = wanted["places"]
    assert {(places[link.source], places[link.target]): link.paths for link in result.links} == wanted["links"]
    for step in result.steps:
        assert step.paths == sum(node.paths for node in result.nodes if node.step == step.step)
        assert step.ended == sum(node.ended for node in result.nodes if node.step == step.step)
    assert [step.step for step in result.steps] == sorted({node.step for node in result.nodes})


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    journey=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from([0, 5, 10, 60])), min_size=4, max_size=12),
    question=st.fixed_dictionaries(
        {
            "event": st.sampled_from(NAMES),
            "direction": st.sampled_from(["after", "before"]),
            "steps": st.integers(1, 5),
            "within": st.sampled_from([10, 60, 1440]),
            "collapse": st.booleans(),
            "group_by": st.sampled_from(["name", "currency"]),
        }
    ),
)
def test_every_anchor_of_one_person(journey: Any, question: Any, asked: Any, told: Any) -> None:
    minutes = list(accumulate((after for _, after in journey), initial=60))[1:]
    world = told(*((1, name, at) for (name, _), at in zip(journey, minutes, strict=True)))
    for event in world.events:
        event["currency"] = {"viewed": "EUR", "left": "EUR", "bought": "USD"}.get(event["name"])
    check(asked, world, {**question, "anchor": "every", "limit": 4, "range": {"last": 30}})


SINCE = 48 * 60 + 15 * 60 + 30
"""Minutes before now at which 31 March begins."""
UNTIL = SINCE - 24 * 60
DAY = {"range": {"since": "2026-03-31", "until": "2026-04-01"}, "within": 60}


@pytest.mark.parametrize("anchor", ["first", "last", "every"])
@pytest.mark.parametrize(("minutes", "paths"), [(SINCE + 1, 0), (SINCE, 1), (UNTIL + 1, 1), (UNTIL, 0)])
def test_a_path_begins_within_the_range(anchor: str, minutes: float, paths: int, asked: Any, told: Any) -> None:
    question = {**DAY, "event": "signup", "anchor": anchor}
    check(asked, told((1, "signup", minutes)), question)
    result = asked.ask(told((1, "signup", minutes)), "paths", question).result
    assert [node.paths for node in result.nodes] == [paths][:paths]


def test_an_anchor_at_the_end_of_the_range_is_none_beside_others(asked: Any, told: Any) -> None:
    world = told((1, "signup", UNTIL + 30), (1, "signup", UNTIL))
    question = {**DAY, "event": "signup", "anchor": "every"}
    check(asked, world, question)
    assert [node.paths for node in asked.ask(world, "paths", question).result.nodes] == [1, 1]


@pytest.mark.parametrize("anchor", ["first", "last", "every"])
@pytest.mark.parametrize("path", [("after", UNTIL + 5, -1), ("before", SINCE - 5, 1)])
def test_a_path_goes_on_beyond_the_range(anchor: str, path: tuple[str, int, int], asked: Any, told: Any) -> None:
    direction, edge, way = path
    events = [(1, name, edge + way * minutes) for name, minutes in (("signup", 0), ("viewed", 30), ("bought", 60))]
    world = told(*events, (1, "left", edge + way * 61))
    question = {**DAY, "event": "signup", "anchor": anchor, "direction": direction}
    check(asked, world, question)
    assert [n.node for n in asked.ask(world, "paths", question).result.nodes] == ["signup", "viewed", "bought"]


@pytest.mark.parametrize("names", [{"exclude": ["viewed"]}, {"events": ["signup", "bought"]}])
@pytest.mark.parametrize(("direction", "times"), [("after", (300, 100, 90)), ("before", (90, 290, 300))])
def test_what_takes_no_part_begins_no_path(
    names: dict[str, Any], direction: str, times: Any, asked: Any, told: Any
) -> None:
    world = told(*((1, name, at) for name, at in zip(("viewed", "signup", "bought"), times, strict=True)))
    question = {**names, "direction": direction, "within": 60}
    check(asked, world, question)
    assert [node.node for node in asked.ask(world, "paths", question).result.nodes] == ["signup", "bought"]


@pytest.mark.parametrize("anchor", ["first", "every"])
def test_a_path_may_begin_with_what_has_no_name(anchor: str, asked: Any, told: Any) -> None:
    world = told((1, "signup", 30), (1, "viewed", 29), (1, "bought", 28))
    world.events[2]["currency"] = "EUR"
    question = {"event": "signup", "anchor": anchor, "group_by": "currency", "collapse": True}
    check(asked, world, question)
    assert [node.node for node in asked.ask(world, "paths", question).result.nodes] == [None, "EUR"]


@settings(max_examples=1, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_happened(data: st.DataObject, asked: Any, worlds: Any) -> None:
    world = data.draw(worlds)
    world.events.clear()
    result = asked.ask(world, "paths", {"event": "signup"}).result
    assert (result.nodes, result.links, result.steps) == ([], [], [])


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"steps": 6}, "1 to 5"),
        ({"steps": 0}, "1 to 5"),
        ({"limit": 101}, "1 to 100"),
        ({"within": 0}, "minutes"),
        ({"event": "a", "exclude": ["a"]}, "excluded"),
        ({"anchor": "every"}, "needs an `event`"),
        ({"group_by": "nonsense"}, "no field"),
        ({"events": ["e"] * 501}, "at most 500"),
        ({"step": 2}, "unknown field"),
    ],
)
def test_a_senseless_question_is_refused(question: dict[str, Any], words: str) -> None:
    assert KINDS["paths"].question is Paths
    with pytest.raises(QuestionInvalidError, match=words):
        parse(Paths, question)


def test_a_condition_may_name_the_anchor_alone() -> None:
    question = parse(Paths, {"event_where": {"field": "value", "op": "set"}, "anchor": "every"})
    assert question.event_where == parse(Condition, {"field": "value", "op": "set"})
