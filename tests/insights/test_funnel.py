"""Funnels against every attempt of every person, one after the other, in plain Python."""

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from importlib import import_module
from itertools import pairwise
from statistics import mean, median
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.clock import SECOND
from bowerbird.errors import QuestionInvalidError, QuestionStoppedError
from bowerbird.insights.base import Flags, Numbers, Stop
from bowerbird.insights.conditions import Condition
from bowerbird.insights.funnel.attempts import best
from bowerbird.insights.funnel.events import fits_step
from bowerbird.insights.funnel.question import FunnelQuestion
from bowerbird.insights.question import parse
from bowerbird.insights.sequences import parts
from bowerbird.person_ids import number_of, person_id

ANSWER = import_module("bowerbird.insights.funnel.answer")

MINUTE = 60 * SECOND
WORLDS = 200
PART = {"since": "2026-04-02T15:20:00Z", "until": "2026-04-02T15:29:00Z"}
UNITS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}


def fits(thing: Any, event: dict[str, Any], world: Any) -> bool:
    person = world.person(event)
    return (thing.event is None or event["name"] == thing.event) and world.holds(thing.where, event, person)


def keys_of(question: FunnelQuestion, event: dict[str, Any], world: Any) -> tuple[str | None, ...]:
    person = world.person(event)
    found: list[str | None] = []
    for field in question.breakdown:
        if field.startswith("segment:"):
            member = world.holds(Condition(segment=field.removeprefix("segment:")), None, person)
            found.append("in" if member else "not in")
        else:
            found.append(world.get(field, event, person))
    return tuple(found)


def sortable(keys: tuple[str | None, ...]) -> list[tuple[bool, str]]:
    return [(key is None, key or "") for key in keys]


class Attempt:
    def __init__(self, number: int, times: list[int], keys: tuple[str | None, ...]) -> None:
        self.number, self.times, self.keys = number, times, keys


def all_attempts(question: FunnelQuestion, events: list[dict[str, Any]], world: Any) -> list[Attempt]:
    """Of one person: walks from every event that can begin one."""
    steps, exclusions = question.steps, question.exclusions
    noted = []
    for event in events:
        serves = [fits(step, event, world) for step in steps]
        if question.order == "any" and any(serves):
            serves = [at == serves.index(True) for at in range(len(steps))]
        excluded = [fits(each, event, world) for each in exclusions]
        if not (any(serves) or any(excluded) or question.order == "strict"):
            continue
        keys = keys_of(question, event, world)
        order = (event["occurred_at"], [not s for s in serves], [not x for x in excluded], sortable(keys))
        noted.append((order, event["occurred_at"], serves, excluded, keys))
    noted.sort(key=lambda one: one[0])
    found = []
    for first, (_, _, serves, _, keys) in enumerate(noted):
        if any(serves) if question.order == "any" else serves[0]:
            found.append(Attempt(first, walk(question, noted, first), keys))
    return found


def walk(question: FunnelQuestion, noted: list[Any], first: int) -> list[int]:
    count = len(question.steps)
    window = question.window.amount * UNITS[question.window.unit] * SECOND
    places = [first]
    done = {noted[first][2].index(True)} if question.order == "any" else set()
    for here in range(first + 1, len(noted)):
        _, at, serves, _, _ = noted[here]
        if len(places) == count or at - noted[first][1] > window:
            break
        if question.order == "any":
            if not any(serves) or serves.index(True) in done:
                continue
            done.add(serves.index(True))
        elif not serves[len(places)]:
            if question.order == "strict":
                break
            continue
        step = len(places) + 1
        spoiled = any(
            (each.before_step or count) == step
            and any(noted[between][3][number] for between in range(places[each.after_step - 1] + 1, here))
            for number, each in enumerate(question.exclusions)
        )
        if spoiled:
            break
        places.append(here)
    return [noted[place][1] for place in places]


def counted(question: FunnelQuestion, world: Any) -> dict[int, Attempt]:
    ways: dict[int, list[dict[str, Any]]] = {}
    for event in world.within(question.range):
        person = world.person(event)
        if person is not None and world.holds(question.where, event, person):
            ways.setdefault(person, []).append(event)
    best = {}
    for person, events in ways.items():
        tried = all_attempts(question, events, world)
        if tried:
            best[person] = min(tried, key=lambda one: (-len(one.times), one.number))
    return best


def expected(question: FunnelQuestion, attempts: list[Attempt]) -> dict[str, Any]:
    count = len(question.steps)
    steps = [[one for one in attempts if len(one.times) > at] for at in range(count)]
    spans = [[(one.times[at] - one.times[at - 1]) / SECOND for one in steps[at]] for at in range(1, count)]
    whole = [(one.times[-1] - one.times[0]) / SECOND for one in steps[-1]]
    return {
        "persons": [len(step) for step in steps],
        "averages": [None, *(mean(span) if span else None for span in spans)],
        "medians": [None, *(median(span) if span else None for span in spans)],
        "average": mean(whole) if whole else None,
        "median": median(whole) if whole else None,
        "whole": whole,
    }


def check(found: Any, want: dict[str, Any], edges: list[int]) -> None:
    persons = want["persons"]
    assert [step.persons for step in found.steps] == persons
    assert [step.dropped for step in found.steps] == [0, *(a - b for a, b in pairwise(persons))]
    assert [step.average_seconds for step in found.steps] == pytest.approx(want["averages"])
    assert [step.median_seconds for step in found.steps] == pytest.approx(want["medians"])
    for step, before in zip(found.steps[1:], found.steps, strict=False):
        assert step.from_previous == (step.persons / before.persons if before.persons else None)
    for step in found.steps:
        assert step.from_first == (step.persons / persons[0] if persons[0] else None)
    time = found.time_to_convert
    assert time.average_seconds == pytest.approx(want["average"])
    assert time.median_seconds == pytest.approx(want["median"])
    last = len(edges) - 2
    assert time.persons == [
        sum(start <= one < end or (at == last and one == end) for one in want["whole"])
        for at, (start, end) in enumerate(pairwise(edges))
    ]


THINGS = st.fixed_dictionaries(
    {},
    optional={
        "event": st.sampled_from(["signup", "viewed", "bought"]),
        "where": st.sampled_from(
            [{"field": "property:plan", "value": "pro"}, {"field": "account", "op": "set"}, {"segment": "buyers"}]
        ),
    },
)
NAMED = st.permutations(["signup", "viewed", "bought"]).map(lambda names: [{"event": name} for name in names])


@st.composite
def dense(draw: st.DrawFn, worlds: Any) -> Any:
    """Few people, few names, a quarter of an hour."""
    world = draw(worlds)
    now = 1_775_143_800 * SECOND
    for event in world.events:
        event["occurred_at"] = now - draw(st.integers(0, 15)) * MINUTE
        event["person"] = draw(st.sampled_from([1, 1, 1, 2, 3, None]))
        event["name"] = draw(st.sampled_from(["signup", "viewed", "bought", "left"]))
        event["properties"] = draw(st.sampled_from([{}, {"plan": "pro"}, {"plan": "free"}]))
    world.traits = [trait for trait in world.traits if not isinstance(trait[2], dict)]
    return world


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    steps = draw(
        st.one_of(NAMED, st.lists(THINGS, min_size=2, max_size=4, unique_by=lambda one: repr(sorted(one.items()))))
    )
    order = draw(st.sampled_from(["ordered", "ordered", "any", "strict"]))
    if order == "ordered" and draw(st.booleans()):
        steps = [*steps, steps[0]]
    question: dict[str, Any] = {
        "range": draw(st.sampled_from([{"last": 1}, PART])),
        "steps": steps,
        "order": order,
        "window": draw(st.sampled_from([{"amount": 5, "unit": "minute"}, {"amount": 120, "unit": "second"}, {}])),
        "where": draw(st.sampled_from([None, None, {"field": "name", "op": "not_equals", "value": "left"}])),
        "breakdown": draw(
            st.sampled_from([[], ["property:plan"], ["account", "trait:city"], ["segment:buyers"], ["name"]])
        ),
        "limit": draw(st.sampled_from([1, 2, 10])),
    }
    if order != "strict":
        after = draw(st.integers(1, len(steps) - 1))
        before = draw(st.one_of(st.none(), st.integers(after + 1, len(steps))))
        exclusion = {**draw(THINGS), "after_step": after, "before_step": before}
        left = {"event": "left", "after_step": after, "before_step": before}
        question["exclusions"] = draw(st.sampled_from([[], [], [left], [exclusion], [exclusion, {"event": "left"}]]))
    return question


def written(keys: tuple[Any, ...]) -> tuple[str | None, ...]:
    return tuple(None if key is None else str(key) for key in keys)


@settings(max_examples=WORLDS, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_same_persons_get_as_far(data: st.DataObject, asked: Any, worlds: Any) -> None:
    world = data.draw(dense(worlds))
    question = parse(FunnelQuestion, data.draw(questions()))
    best = counted(question, world)
    result = asked.ask(world, "funnel", question).result
    check(result.everybody, expected(question, list(best.values())), result.edges)
    if not question.breakdown:
        assert result.groups == []
        return
    groups: dict[tuple[str | None, ...], list[Attempt]] = {}
    for attempt in best.values():
        groups.setdefault(written(attempt.keys), []).append(attempt)
    ranked = sorted(groups, key=lambda keys: (-len(groups[keys]), sortable(keys)))
    alone, rest = ranked[: question.limit], ranked[question.limit :]
    assert [(tuple(group.group), group.other) for group in result.groups] == [
        *((keys, False) for keys in alone),
        *([((), True)] if rest else []),
    ]
    members = [groups[keys] for keys in alone]
    members += [[one for keys in rest for one in groups[keys]]] if rest else []
    for group, attempts in zip(result.groups, members, strict=True):
        check(group, expected(question, attempts), result.edges)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_persons_behind_each_number(data: st.DataObject, asked: Any, worlds: Any) -> None:
    world = data.draw(dense(worlds))
    given_ = data.draw(questions())
    plain = parse(FunnelQuestion, given_)
    best = counted(plain, world)
    dropped = data.draw(st.booleans())
    step = data.draw(st.integers(2 if dropped else 1, len(plain.steps)))
    wanted: dict[str, Any] = {"step": step, "dropped": dropped, "limit": 1}
    meant = {
        person: one
        for person, one in best.items()
        if (len(one.times) == step - 1 if dropped else len(one.times) >= step)
    }
    if plain.breakdown and best and data.draw(st.booleans()):
        groups = asked.ask(world, "funnel", given_).result.groups
        alone = [tuple(group.group) for group in groups if not group.other]
        group = data.draw(st.sampled_from(groups))
        wanted |= {"other": True} if group.other else {"group": group.group}
        meant = {
            person: one
            for person, one in meant.items()
            if (written(one.keys) not in alone if group.other else written(one.keys) == tuple(group.group))
        }
    found: list[str] = []
    after: str | None = None
    while True:
        page = asked.ask(world, "funnel", {**given_, "people": {**wanted, "after": after}}).result.people
        assert page.persons == len(meant)
        found += page.person_ids
        if (after := page.next) is None:
            break
        assert len(page.person_ids) == 1
    assert [number_of(each) for each in found] == sorted(meant)


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


def persons(asked: Any, world: Any, **more: Any) -> list[int]:
    question = {"range": {"last": 1}, "steps": [{"event": "a"}, {"event": "b"}], **more}
    return [step.persons for step in asked.ask(world, "funnel", question).result.everybody.steps]


def test_the_window_runs_from_the_first_step_and_includes_its_end(asked: Any, told: Any) -> None:
    steps = [{"event": "a"}, {"event": "b"}, {"event": "c"}]
    window = {"amount": 10, "unit": "minute"}
    in_time = told((1, "a", 20), (1, "b", 12), (1, "c", 10))
    late = told((1, "a", 20), (1, "b", 12), (1, "c", 9.99))
    assert persons(asked, in_time, steps=steps, window=window) == [1, 1, 1]
    assert persons(asked, late, steps=steps, window=window) == [1, 1, 0]


def test_the_attempt_that_gets_furthest_counts_and_of_several_the_first(asked: Any, told: Any) -> None:
    world = told((1, "a", 90), (1, "a", 30), (1, "a", 25), (1, "b", 20), (1, "a", 9), (1, "b", 8))
    question = {
        "range": {"last": 1},
        "steps": [{"event": "a"}, {"event": "b"}],
        "window": {"amount": 15, "unit": "minute"},
    }
    result = asked.ask(world, "funnel", question).result
    assert result.everybody.time_to_convert.average_seconds == 600
    assert result.edges == [0, 1, 5, 10, 30, 60, 300, 600, 900]
    assert result.everybody.time_to_convert.persons == [0, 0, 0, 0, 0, 0, 0, 1]


def test_each_event_serves_one_step(asked: Any, told: Any) -> None:
    twice = [{"event": "a"}, {"event": "a"}]
    assert persons(asked, told((1, "a", 5)), steps=twice) == [1, 0]
    assert persons(asked, told((1, "a", 5), (1, "a", 5)), steps=twice) == [1, 1]
    assert persons(asked, told((1, "a", 5), (1, "a", 5)), steps=[*twice, {"event": "a"}]) == [1, 1, 0]


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_equal_times_go_in_the_order_of_the_steps(asked: Any, told: Any, order: str) -> None:
    assert persons(asked, told((1, "b", 5), (1, "a", 5)), order=order) == [1, 1]


def test_orders(asked: Any, told: Any) -> None:
    between = told((1, "a", 5), (1, "x", 4), (1, "b", 3))
    backwards = told((1, "b", 5), (1, "a", 3))
    assert [persons(asked, between, order=order) for order in ("ordered", "strict", "any")] == [[1, 1], [1, 0], [1, 1]]
    assert [persons(asked, backwards, order=order) for order in ("ordered", "strict", "any")] == [
        [1, 0],
        [1, 0],
        [1, 1],
    ]
    assert persons(asked, between, order="strict", where={"field": "name", "op": "not_equals", "value": "x"}) == [1, 1]


def test_an_excluded_event_ends_an_attempt_and_not_the_next_one(asked: Any, told: Any) -> None:
    exclusions = [{"event": "x"}]
    once = told((1, "a", 5), (1, "x", 4), (1, "b", 3))
    again = told((1, "a", 5), (1, "x", 4), (1, "a", 3), (1, "b", 2))
    before = told((1, "x", 6), (1, "a", 5), (1, "b", 3), (1, "x", 2))
    assert [persons(asked, world, exclusions=exclusions) for world in (once, again, before)] == [[1, 0], [1, 1], [1, 1]]


def test_what_serves_a_step_does_not_lie_between_steps(asked: Any, told: Any) -> None:
    any_event = [{}]
    assert persons(asked, told((1, "a", 5), (1, "b", 3)), exclusions=any_event) == [1, 1]
    assert persons(asked, told((1, "a", 5), (1, "a", 4), (1, "b", 3)), exclusions=any_event) == [1, 1]
    assert persons(asked, told((1, "a", 5), (1, "x", 4), (1, "b", 3)), exclusions=any_event) == [1, 0]


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_a_group_is_that_of_the_first_event_also_among_equal_times(asked: Any, told: Any, order: str) -> None:
    world = told(*((person, name, 5) for person in range(1, 6) for name in ("b", "a")))
    question = {"range": {"last": 1}, "steps": [{"event": "a"}, {"event": "b"}], "order": order, "breakdown": ["name"]}
    groups = asked.ask(world, "funnel", question).result.groups
    assert [(group.group, [step.persons for step in group.steps]) for group in groups] == [(["a"], [5, 5])]


def test_events_of_nobody_and_an_empty_workspace(asked: Any, told: Any) -> None:
    assert persons(asked, told((None, "a", 5), (None, "b", 3))) == [0, 0]
    result = asked.ask(told(), "funnel", {"steps": [{}, {}], "breakdown": ["name"], "people": {"step": 1}}).result
    assert [step.from_first for step in result.everybody.steps] == [None, None]
    assert result.groups == []
    assert (result.people.persons, result.people.person_ids, result.people.next) == (0, [], None)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"steps": [{"event": "a"}]}, "2 to 10 steps"),
        ({"steps": [{}] * 11}, "2 to 10 steps"),
        ({"window": {"amount": 0}}, "a window is"),
        ({"window": {"amount": 367}}, "a window is"),
        ({"order": "any", "steps": [{"event": "a"}, {"event": "a"}]}, "no two steps"),
        ({"order": "strict", "exclusions": [{"event": "x"}]}, "leave `exclusions` out"),
        ({"exclusions": [{}] * 6}, "at most 5"),
        ({"exclusions": [{"after_step": 2}]}, "a later one"),
        ({"exclusions": [{"after_step": 0}]}, "a later one"),
        ({"breakdown": ["name", "account", "list"]}, "at most 2"),
        ({"people": {"step": 3}}, "one of the steps"),
        ({"people": {"step": 1, "dropped": True}}, "before the first"),
        ({"people": {"step": 1, "limit": 1001}}, "1 to 1000"),
        ({"people": {"step": 1, "after": "7"}}, "no person id"),
        ({"people": {"step": 1, "group": ["x"]}}, "one value for each field"),
        ({"people": {"step": 1, "other": True}}, "needs a breakdown"),
        ({"breakdown": ["name"], "people": {"step": 1, "group": ["x"], "other": True}}, "exclude each other"),
        ({"steps": [{"event": "a", "name": "b"}, {}]}, "unknown field"),
    ],
)
def test_a_senseless_funnel_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionInvalidError, match=words):
        parse(FunnelQuestion, {"steps": [{"event": "a"}, {"event": "b"}], **more})


def test_a_page_begins_after_a_person(asked: Any, told: Any) -> None:
    world = told(*((person, "a", 5) for person in range(1, 8)))
    question = {"range": {"last": 1}, "steps": [{"event": "a"}, {"event": "b"}]}
    people = asked.ask(
        world, "funnel", {**question, "people": {"step": 2, "dropped": True, "limit": 3, "after": person_id(2)}}
    ).result.people
    assert (people.persons, people.person_ids) == (7, [person_id(number) for number in (3, 4, 5)])
    assert people.next == person_id(5)


def test_persons_are_followed_in_parts(asked: Any, told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world = told(*((person, name, at) for person in range(1, 9) for name, at in (("a", 5), ("b", 4), ("a", 3))))
    question = {"range": {"last": 1}, "steps": [{"event": "a"}, {"event": "b"}], "breakdown": ["name"]}
    whole = asked.ask(world, "funnel", question).result
    monkeypatch.setattr(ANSWER, "parts", partial(parts, most=10))
    assert asked.ask(world, "funnel", question).result == whole


def test_a_funnel_that_needs_too_much_memory_is_stopped(asked: Any, told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bowerbird.insights.funnel.attempts.MOST_NUMBERS", 10)
    world = told(*((person, "a", 5) for person in range(1, 8)))
    with pytest.raises(QuestionStoppedError, match="more memory"):
        persons(asked, world)


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_a_question_that_ends_is_followed_no_further(
    order: str, pool: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, looked = Stop(), []

    def ended(question: FunnelQuestion, step: int, place: Numbers) -> Flags:
        looked.append(step)
        if step == 3:
            stop.cancel()
        return fits_step(question, step, place)

    monkeypatch.setattr("bowerbird.insights.funnel.attempts.fits_step", ended)
    steps = [{"event": name} for name in "abcdefghij"]
    question = parse(FunnelQuestion, {"steps": steps, "order": order})
    events = {"person": np.ones(3, np.int64), "place": np.arange(3, dtype=np.int64)}
    with pytest.raises(QuestionStoppedError, match="cancelled"):
        best(question, iter([[[events]]]), stop, pool)
    assert looked == ([*range(1, 11)] if order == "any" else [1, 2, 3])


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_attempts_take_a_number_a_step(order: str, pool: Executor) -> None:
    """Beside fifteen an event, however many steps there are."""
    steps = [{"event": name} for name in "abcdefghij"]
    question = parse(FunnelQuestion, {"steps": steps, "order": order})
    count = 50_000
    fits_first = np.arange(count, dtype=np.int64) << 10 | 0b0111111111
    events = {"person": np.ones(count, np.int64), "place": fits_first}
    tracemalloc.start()
    try:
        found = best(question, iter([[[events]]]), Stop(), pool)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.persons() == [1, *[0] * 9]
    assert most / (8 * count) < 10 + 15


def test_fifty_years_have_room_for_twelve_steps_and_exclusions(asked: Any, told: Any) -> None:
    world = told(*((1, name, 20 - at) for at, name in enumerate("abcdefghij")))
    more = {
        "range": {"since": "1990-01-01", "until": "2039-12-31"},
        "steps": [{"event": name} for name in "abcdefghij"],
    }
    assert persons(asked, world, **more, exclusions=[{"event": "x"}] * 2) == [1] * 10
    with pytest.raises(QuestionInvalidError, match="too long for so many steps"):
        persons(asked, world, **more, exclusions=[{"event": "x"}] * 3)
