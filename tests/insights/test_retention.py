"""Retention against plain Python that looks at every event of every person for every cell."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.clock import SECOND
from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.conditions import Condition
from bowerbird.insights.question import parse
from bowerbird.insights.retention.question import Doing, RetentionQuestion
from bowerbird.person_ids import number_of

NOW = 1_775_143_800 * SECOND
"""2 April 2026, 15:30 UTC, a Thursday."""
RANGES = [
    {"last": 5, "unit": "day"},
    {"last": 6, "unit": "week"},
    {"last": 3, "unit": "month"},
    {"since": "2026-03-11T13:20", "until": "2026-03-31T08:00"},
    {"since": "2026-03-28", "until": "2026-03-30"},
]
THINGS = st.sampled_from(
    [
        {},
        {"event": "signup"},
        {"event": "bought"},
        {"where": {"field": "property:plan", "value": "pro"}},
        {"event": "viewed", "where": {"not": {"segment": "buyers"}}},
    ]
)


class Reference:
    """One question about one world."""

    def __init__(self, question: RetentionQuestion, world: Any, local: Any) -> None:
        self.question, self.world, self.local = question, world, local
        self.since, self.until, _ = world.period(question.range, question.timezone)
        self.zone = question.timezone or world.zone
        self.days = [self.bucket(self.since)]
        while (following := self.after(self.days[-1], 1)) <= self.bucket(self.until - 1):
            self.days.append(following)
        self.people: dict[int, list[dict[str, Any]]] = {}
        for event in sorted(world.events, key=lambda one: one["occurred_at"]):
            person = world.person(event)
            if person is not None and world.holds(question.where, event, person):
                self.people.setdefault(person, []).append(event)

    def bucket(self, micros: int) -> Any:
        """The first day of the week or month, on the local clock."""
        day = self.local(micros, self.zone).date()
        if self.question.unit == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.question.unit == "month" else day

    def after(self, day: Any, steps: int) -> Any:
        for _ in range(steps):
            length = {"day": 1, "week": 7, "month": 31}[self.question.unit]
            day += timedelta(days=length)
            day = day.replace(day=1) if self.question.unit == "month" else day
        return day

    def fits(self, thing: Doing, event: dict[str, Any]) -> bool:
        person = self.world.person(event)
        return (thing.event is None or event["name"] == thing.event) and self.world.holds(thing.where, event, person)

    def keys(self, event: dict[str, Any]) -> tuple[str | None, ...]:
        person = self.world.person(event)
        found: list[str | None] = []
        for name in self.question.breakdown:
            if name.startswith("segment:"):
                member = self.world.holds(Condition(segment=name.removeprefix("segment:")), None, person)
                found.append("in" if member else "not in")
            else:
                value = self.world.get(name, event, person)
                found.append(None if value is None else str(value))
        return tuple(found)

    def members(self) -> list[tuple[int, Any, int, tuple[str | None, ...]]]:
        """(person, cohort, when the person began there, keys)."""
        found = []
        for person, events in self.people.items():
            starts = [event for event in events if self.fits(self.question.start, event)]
            if self.question.mode == "first_time":
                first = min((event["occurred_at"] for event in starts), default=self.until)
                starts = [event for event in starts if event["occurred_at"] == first]
            starts = [event for event in starts if self.since <= event["occurred_at"] < self.until]
            for day in {self.bucket(event["occurred_at"]) for event in starts}:
                here = [event for event in starts if self.bucket(event["occurred_at"]) == day]
                began = min(event["occurred_at"] for event in here)
                keys = min((self.keys(event) for event in here if event["occurred_at"] == began), key=sortable)
                found.append((person, day, began, keys))
        return found

    def came_back(self, person: int, day: Any, began: int, period: int) -> bool:
        wanted = self.after(day, period)
        for event in self.people[person]:
            if not self.fits(self.question.return_, event):
                continue
            here = self.bucket(event["occurred_at"])
            if here == wanted and (period or event["occurred_at"] > began):
                return True
            if here > wanted and self.question.returned == "on_or_after":
                return True
        return False

    def table(self, members: list[Any]) -> list[Any]:
        today = self.bucket(NOW)
        cohorts = []
        for day in self.days:
            mine = [one for one in members if one[1] == day]
            cells: list[Any] = []
            for period in range(self.question.periods + 1):
                wanted = self.after(day, period)
                came = sum(self.came_back(person, day, began, period) for person, _, began, _ in mine)
                cells.append(None if wanted > today else (came, wanted < today))
            cohorts.append((day.isoformat(), len(mine), cells))
        return cohorts


def sortable(keys: tuple[str | None, ...]) -> list[tuple[bool, str]]:
    return [(key is None, key or "") for key in keys]


def check(found: Any, table: list[Any]) -> None:
    assert [
        (one.start, one.persons, [cell and (cell.persons, cell.complete) for cell in one.cells])
        for one in found.cohorts
    ] == table
    for one in found.cohorts:
        for cell in one.cells:
            assert cell is None or cell.share == (cell.persons / one.persons if one.persons else None)
    for period, point in enumerate(found.curve):
        over = [(size, cells[period][0]) for _, size, cells in table if cells[period] and cells[period][1]]
        of, came = sum(size for size, _ in over), sum(came for _, came in over)
        assert (point.of, point.persons, point.share) == (of, came, came / of if of else None)


@st.composite
def dense(draw: st.DrawFn, worlds: Any) -> Any:
    """Few people, and half of the events within three days of each other, some at the very same time."""
    world = draw(worlds)
    for event in world.events:
        event["person"] = draw(st.sampled_from([1, 1, 2, 2, 3, None]))
        event["name"] = draw(st.sampled_from(["signup", "viewed", "bought"]))
        event["properties"] = draw(st.sampled_from([{}, {"plan": "pro"}, {"plan": "free"}]))
        if draw(st.booleans()):
            event["occurred_at"] = NOW - draw(st.integers(0, 12)) * 21_600 * SECOND
    world.traits = [trait for trait in world.traits if not isinstance(trait[2], dict)]
    return world


QUESTIONS = st.fixed_dictionaries(
    {
        "range": st.sampled_from(RANGES),
        "unit": st.sampled_from(["day", "week", "month"]),
        "timezone": st.sampled_from([None, None, "Europe/Berlin", "Pacific/Auckland"]),
        "start": THINGS,
        "return": THINGS,
        "mode": st.sampled_from(["first_time", "recurring"]),
        "returned": st.sampled_from(["on", "on_or_after"]),
        "periods": st.integers(1, 6),
        "where": st.sampled_from([None, None, {"field": "account", "op": "not_set"}]),
        "breakdown": st.sampled_from([[], ["property:plan"], ["account", "trait:city"], ["segment:buyers"], ["name"]]),
        "limit": st.sampled_from([1, 2, 10]),
    }
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_same_persons_come_back(data: st.DataObject, asked: Any, worlds: Any, local: Any) -> None:
    world = data.draw(dense(worlds))
    question = parse(RetentionQuestion, data.draw(QUESTIONS))
    reference = Reference(question, world, local)
    members = reference.members()
    result = asked.ask(world, "retention", question).result
    check(result.everybody, reference.table(members))
    groups: dict[tuple[str | None, ...], list[Any]] = {}
    for one in members if question.breakdown else []:
        groups.setdefault(one[3], []).append(one)
    ranked = sorted(groups, key=lambda keys: (-len(groups[keys]), sortable(keys)))
    alone, rest = ranked[: question.limit], ranked[question.limit :]
    parts = [(keys, False, groups[keys]) for keys in alone]
    parts += [((), True, [one for keys in rest for one in groups[keys]])] if rest else []
    assert [(tuple(group.group), group.other) for group in result.groups] == [part[:2] for part in parts]
    for group, (_, _, mine) in zip(result.groups, parts, strict=True):
        check(group, reference.table(mine))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_persons_of_a_cell(data: st.DataObject, asked: Any, worlds: Any, local: Any) -> None:
    world = data.draw(dense(worlds))
    given_ = data.draw(QUESTIONS)
    reference = Reference(parse(RetentionQuestion, given_), world, local)
    day = data.draw(st.sampled_from(reference.days))
    period = data.draw(st.integers(0, reference.question.periods))
    wanted: dict[str, Any] = {
        "cohort": day.isoformat(),
        "period": period,
        "returned": data.draw(st.booleans()),
        "limit": 1,
    }
    members = [one for one in reference.members() if one[1] == day]
    if given_["breakdown"] and members:
        group = data.draw(st.sampled_from(members))[3]
        wanted["group"] = list(group)
        members = [one for one in members if one[3] == group]
    meant = [
        person
        for person, _, began, _ in members
        if reference.came_back(person, day, began, period) == wanted["returned"]
    ]
    found: list[str] = []
    after: str | None = None
    while True:
        page = asked.ask(world, "retention", {**given_, "people": {**wanted, "after": after}}).result.people
        assert page.persons == len(meant)
        found += page.person_ids
        if (after := page.next) is None:
            break
    assert [number_of(each) for each in found] == sorted(meant)


def cells(asked: Any, world: Any, **more: Any) -> list[int | None]:
    """Of the cohort two days ago."""
    question = {"range": {"last": 3}, "unit": "day", "periods": 3, **more}
    cohort = asked.ask(world, "retention", question).result.everybody.cohorts[0]
    return [cell and cell.persons for cell in cohort.cells]


def test_period_0_needs_something_later_than_the_start(asked: Any, told: Any) -> None:
    day = 1440
    same = {"start": {"event": "a"}, "return": {"event": "a"}}
    assert cells(asked, told((1, "a", 2 * day)), **same) == [0, 0, 0, None]
    assert cells(asked, told((1, "a", 2 * day), (1, "a", 2 * day)), **same) == [0, 0, 0, None]
    assert cells(asked, told((1, "a", 2 * day), (1, "a", 2 * day - 5)), **same) == [1, 0, 0, None]
    other = {"start": {"event": "a"}, "return": {"event": "b"}}
    assert cells(asked, told((1, "b", 2 * day + 5), (1, "a", 2 * day), (1, "b", 0)), **other) == [0, 0, 1, None]


def test_who_began_before_the_range_began_before_it(asked: Any, told: Any) -> None:
    world = told((1, "a", 9 * 1440), (1, "a", 2 * 1440), (1, "a", 1440))
    both = {"start": {"event": "a"}, "return": {"event": "a"}}
    assert cells(asked, world, **both) == [0, 0, 0, None]
    assert cells(asked, world, **both, mode="recurring") == [0, 1, 0, None]


def test_the_wide_table_holds(asked: Any, told: Any) -> None:
    world = told((1, "a", 65 * 1440), (1, "b", 5 * 1440), (1, "b", 65 * 1440 - 1))
    question = {
        "range": {"last": 66},
        "unit": "day",
        "periods": 60,
        "start": {"event": "a"},
        "return": {"event": "b"},
    }
    cohort = asked.ask(world, "retention", question).result.everybody.cohorts[0]
    assert [at for at, cell in enumerate(cohort.cells) if cell and cell.persons] == [0, 60]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"periods": 0}, "1 to 60"),
        ({"periods": 61}, "1 to 60"),
        ({"unit": "hour"}, "Invalid enum"),
        ({"breakdown": ["name"], "limit": 0}, "1 to 100"),
        ({"people": {"cohort": "2026-03-30", "period": 9}}, "0 to `periods`"),
        ({"people": {"cohort": "2026-03-30", "period": 1, "group": ["x"]}}, "one value for each field"),
        ({"people": {"cohort": "2026-03-31", "period": 1}}, "no cohort"),
        ({"range": {"last": 100}, "unit": "day", "periods": 60}, "more than 126 days"),
        ({"range": {"last": 100}, "unit": "day", "periods": 20, "breakdown": ["name"], "limit": 100}, "cells"),
    ],
)
def test_a_senseless_question_is_refused(asked: Any, told: Any, more: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionInvalidError, match=words):
        asked.ask(told(), "retention", more)
