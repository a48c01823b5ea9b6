"""Trends, compared with plain Python that looks at every event again for every number."""

import math
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.conditions import Condition
from bowerbird.insights.question import parse
from bowerbird.insights.ranges import Range, micros
from bowerbird.insights.trend import persons

RANGES = [
    {"last": 5, "unit": "day"},
    {"last": 9, "unit": "week"},
    {"last": 3, "unit": "month"},
    {"since": "2026-03-27T13:20", "until": "2026-03-31"},
    {"since": "2026-02-10"},
]
FIELDS = ["name", "property:plan", "property:n.a\\.b", "trait:city", "account", "value", "segment:buyers"]
NOW = 1_775_143_800_000_000  # 2026-04-02 15:30 UTC, as in the worlds
DAY = 86_400_000_000
MEASURES = ["events", "persons", "sum", "average", "minimum", "maximum", "percentile"]


def series(conditions: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "measure": st.sampled_from(MEASURES),
            "event": st.sampled_from([None, None, "bought", "viewed"]),
            "of": st.sampled_from(["value", "property:plan"]),
            "percentile": st.sampled_from([0, 25, 50, 95, 100]),
        },
        optional={"where": conditions},
    )


def label(at: Any, unit: str) -> str:
    """The bucket of a local time."""
    if unit == "hour":
        return str(at.replace(minute=0, second=0, microsecond=0).isoformat())
    day = at.date()
    if unit == "week":
        day -= timedelta(days=day.weekday())
    return str((day.replace(day=1) if unit == "month" else day).isoformat())


def measure(world: Any, one: dict[str, Any], events: list[dict[str, Any]]) -> float | None:
    if one["measure"] == "events":
        return len(events)
    if one["measure"] == "persons":
        return len({world.person(event) for event in events} - {None})
    numbers = sorted(number for event in events if (number := numeric(world, one, event)) is not None)
    if one["measure"] == "sum":
        return sum(numbers)
    if not numbers:
        return None
    if one["measure"] == "average":
        return fmean(numbers)
    if one["measure"] != "percentile":
        return numbers[0] if one["measure"] == "minimum" else numbers[-1]
    place = (len(numbers) - 1) * one["percentile"] / 100
    below, above = numbers[math.floor(place)], numbers[math.ceil(place)]
    return below + (above - below) * (place - math.floor(place))


def numeric(world: Any, one: dict[str, Any], event: dict[str, Any]) -> float | None:
    value = world.get(one["of"], event, world.person(event))
    if isinstance(value, bool) or value is None or isinstance(value, list):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def measured(world: Any, one: dict[str, Any], event: dict[str, Any]) -> bool:
    if one["measure"] == "events":
        return True
    if one["measure"] == "persons":
        return world.person(event) is not None
    return numeric(world, one, event) is not None


def key(world: Any, field: str, event: dict[str, Any]) -> str | None:
    if field.startswith("segment:"):
        return "in" if world.holds(Condition(segment=field[8:]), event, world.person(event)) else "not in"
    value = world.get(field, event, world.person(event))
    return value if value is None or isinstance(value, str) else written(value)


def written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "{'a': x}" if isinstance(value, dict) else str(value)


class Reference:
    def __init__(self, world: Any, question: dict[str, Any], local: Any) -> None:
        self.world, self.question, self.local = world, question, local

    def lines(self, buckets: list[str], before: list[str] | None) -> list[dict[str, Any]]:
        period = self.world.period(parse(Range, self.question["range"]))
        groups = self.groups(period)
        found = []
        for number, one in enumerate(self.question["series"]):
            for group, members in groups:
                line = self.line(one, members, period, buckets)
                line |= {"label": "ABC"[number], "group": group or [], "other": group is None}
                line["previous"] = self.line(one, members, self.before(period), before) if before is not None else None
                found.append(line)
        return found

    def before(self, period: Any) -> Any:
        range_ = self.question["range"]
        if "last" not in range_:
            return period.before()
        twice = self.world.period(Range(last=range_["last"] * 2, unit=range_["unit"]))
        passed = period.local(NOW).replace(tzinfo=None) - period.local(period.since).replace(tzinfo=None)
        end = (period.local(twice.since).replace(tzinfo=None) + passed).replace(tzinfo=period.zone)
        return period._replace(since=twice.since, until=min(micros(end), period.since))

    def chosen(self, one: dict[str, Any], period: Any) -> list[dict[str, Any]]:
        where = [parse(Condition, each["where"]) for each in (one, self.question) if "where" in each]
        return [
            event
            for event in self.world.events
            if period.since <= event["occurred_at"] < period.until
            and one["event"] in (None, event["name"])
            and all(self.world.holds(each, event, self.world.person(event)) for each in where)
            and measured(self.world, one, event)
        ]

    def key(self, event: dict[str, Any]) -> tuple[str | None, ...]:
        return tuple(key(self.world, field, event) for field in self.question.get("breakdown", ()))

    def groups(self, period: Any) -> list[tuple[list[str | None] | None, Any]]:
        if not self.question.get("breakdown"):
            return [([], lambda _: True)]
        first = self.question["series"][0]
        events = self.chosen(first, period)
        totals = {
            each: measure(self.world, first, [event for event in events if self.key(event) == each])
            for each in {self.key(event) for event in events}
        }

        def order(each: tuple[str | None, ...]) -> Any:
            return (-(totals[each] or 0), [(part is None, part or "") for part in each])

        top = sorted(totals, key=order)[: self.question.get("limit", 10)]
        groups: list[Any] = [(list(each), lambda event, each=each: self.key(event) == each) for each in top]
        everything = [
            event
            for one in self.question["series"]
            for span in [period, *([self.before(period)] if "compare" in self.question else [])]
            for event in self.chosen(one, span)
        ]
        if any(self.key(event) not in top for event in everything):
            groups.append((None, lambda event: self.key(event) not in top))
        return groups

    def line(self, one: dict[str, Any], members: Any, period: Any, buckets: list[str]) -> dict[str, Any]:
        events = [event for event in self.chosen(one, period) if members(event)]
        by_bucket: dict[str, list[Any]] = {bucket: [] for bucket in buckets}
        for event in events:
            by_bucket[label(self.local(event["occurred_at"], self.world.zone), self.question["unit"])].append(event)
        return {
            "total": measure(self.world, one, events),
            "values": [measure(self.world, one, each) for each in by_bucket.values()],
        }


def same(one: Any, another: Any) -> bool:
    if isinstance(one, float) and isinstance(another, int | float):
        return math.isclose(one, another, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, list):
        return len(one) == len(another) and all(map(same, one, another))
    if isinstance(one, dict):
        return one.keys() == another.keys() and all(same(one[name], another[name]) for name in one)
    return bool(one == another)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_it_is_what_every_event_says(data: st.DataObject, asked: Any, worlds: Any, conditions: Any, local: Any) -> None:
    world = data.draw(worlds)
    question = {
        "range": data.draw(st.sampled_from(RANGES)),
        "unit": data.draw(st.sampled_from(["hour", "day", "week", "month"])),
        "series": data.draw(st.lists(series(conditions), min_size=1, max_size=2)),
        "breakdown": data.draw(st.lists(st.sampled_from(FIELDS), max_size=2)),
        "limit": data.draw(st.sampled_from([1, 2, 3, 10])),
    }
    question |= data.draw(st.fixed_dictionaries({}, optional={"compare": st.just("previous"), "where": conditions}))
    result = msgspec.to_builtins(asked.ask(world, "trend", question).result)
    expected = Reference(world, question, local).lines(result["buckets"], result["previous_buckets"])
    assert same(expected, result["lines"])


def event(worlds: Any, **given: Any) -> dict[str, Any]:
    """One of a world's events, changed."""
    columns = "person workspace dialect kind name user_id anonymous_id email phone account_id list_id currency order_id"
    blank = dict.fromkeys([*columns.split(), "click_id", "value"])
    told = {"workspace": "default", "dialect": "scribe", "kind": "track", "name": "bought", "properties": {}}
    return {**blank, **told, **given}


@pytest.fixture
def world(worlds: Any, local: Any) -> Any:
    """Two persons, one of whom comes back, and nobody, around the change of clocks in Berlin on 29 March 2026."""
    from hypothesis import find

    empty = find(worlds, lambda world: not world.events)
    at = 1_774_738_800_000_000  # 2026-03-29 00:00 in Berlin
    hour = 3_600_000_000
    told = [(1, 0, "pro"), (1, 3, "null"), (2, 3, None), (None, 22.9, "pro"), (1, 23, "pro")]
    empty.zone = "Europe/Berlin"
    empty.events = [
        event(
            worlds,
            person=person,
            occurred_at=at + int(hours * hour),
            value="10",
            properties={"plan": plan},
            event_id=f"00000000-0000-7000-8000-{number:012d}",
        )
        for number, (person, hours, plan) in enumerate(told)
    ]
    return empty


DAYS = {"since": "2026-03-28", "until": "2026-03-31"}


def test_persons_of_the_range_are_not_the_sum_of_its_days(asked: Any, world: Any) -> None:
    [line] = asked.ask(world, "trend", {"range": DAYS, "series": [{"measure": "persons"}]}).result.lines
    assert (line.values, line.total) == ([0, 2, 1], 2)


@pytest.mark.parametrize("unit", ["hour", "day"])
@pytest.mark.parametrize("days", [3, 16])
def test_merged_persons_are_one(asked: Any, world: Any, unit: str, days: int) -> None:
    world.roots = {2: 1}
    range_ = {"since": "2026-03-28", "until": f"2026-{'03-31' if days == 3 else '04-13'}"}
    question = {"range": range_, "unit": unit, "series": [{"measure": "persons"}], "breakdown": ["dialect"]}
    [line] = asked.ask(world, "trend", question).result.lines
    assert line.total == 1
    assert set(line.values) == {0, 1}


def test_a_day_of_23_hours_ends_after_23_hours(asked: Any, world: Any) -> None:
    [line] = asked.ask(world, "trend", {"range": DAYS}).result.lines
    assert line.values == [0, 4, 1]
    result = asked.ask(world, "trend", {"range": DAYS, "unit": "hour"}).result
    assert len(result.buckets) == 71
    assert result.buckets[result.lines[0].values.index(2)] == "2026-03-29T04:00:00+02:00"


def test_not_set_is_not_the_text_null(asked: Any, world: Any) -> None:
    lines = asked.ask(world, "trend", {"range": DAYS, "breakdown": ["property:plan"]}).result.lines
    assert [(line.group, line.total) for line in lines] == [(["pro"], 3), (["null"], 1), ([None], 1)]


def test_the_rest_counts_its_own_persons(asked: Any, world: Any) -> None:
    for each in world.events:
        each["person"] = 1
    question = {
        "range": DAYS,
        "series": [{}, {"measure": "persons"}],
        "breakdown": ["property:plan"],
        "limit": 1,
    }
    lines = asked.ask(world, "trend", question).result.lines
    assert [(line.label, line.other, line.total) for line in lines] == [
        ("A", False, 3),
        ("A", True, 2),
        ("B", False, 1),
        ("B", True, 1),
    ]


def test_a_formula_over_series_and_totals(asked: Any, world: Any) -> None:
    question = {
        "range": DAYS,
        "series": [{"label": "Orders"}, {"measure": "persons"}, {"measure": "average"}],
        "formula": "-Orders / B * (100 + C) - 1.5",
        "compare": "previous",
    }
    line = asked.ask(world, "trend", question).result.lines[-1]
    assert line.label == "formula"
    assert line.values == [None, -221.5, -111.5]
    assert line.total == -5 / 2 * 110 - 1.5
    assert line.previous is not None
    assert line.previous.values == [None] * 3


def test_the_last_months_come_after_as_many_months(asked: Any, world: Any) -> None:
    question = {"range": {"last": 1, "unit": "month"}, "unit": "month", "compare": "previous"}
    result = asked.ask(world, "trend", question).result
    assert (result.buckets, result.previous_buckets) == (["2026-04-01"], ["2026-03-01"])
    assert result.lines[0].previous.values == [0]  # until the second of March, half past five
    world.events = [{**one, "occurred_at": one["occurred_at"] - 28 * DAY} for one in world.events]
    assert asked.ask(world, "trend", question).result.lines[0].previous.values == [5]


@pytest.mark.parametrize(
    ("range_", "expected"),
    [
        ({"last": 1}, ["2026-04-01"]),
        ({"since": "2026-04-02", "until": "2026-04-03"}, ["2026-04-01"]),
        ({"last": 5}, ["2026-03-24", "2026-03-25", "2026-03-26", "2026-03-27", "2026-03-28"]),
        ({"since": "2026-04-05", "until": "2026-04-06"}, ["2026-04-04"]),
    ],
)
def test_a_range_that_is_not_over_is_compared_up_to_the_same_time(
    asked: Any, world: Any, range_: dict[str, Any], expected: list[str]
) -> None:
    """Now is 17:30 in Berlin, where the clock was changed in between."""
    question = {"range": range_, "compare": "previous", "timezone": "Europe/Berlin"}
    last = datetime.fromisoformat(expected[-1])
    until = 24 if range_.get("since", "") > "2026-04-02" else 17.5
    zone = ZoneInfo("Europe/Berlin")
    midnight = micros(last.replace(tzinfo=zone))
    at = [midnight + int(hours * 3_600_000_000) for hours in (0, until - 0.01, until)]
    world.events = [{**world.events[0], "occurred_at": one} for one in at]
    result = asked.ask(world, "trend", question).result
    assert result.previous_buckets == expected
    assert result.lines[0].previous.total == result.lines[0].previous.values[-1] == 2


@pytest.mark.parametrize("unit", ["hour", "day"])
def test_persons_in_many_buckets(asked: Any, world: Any, unit: str) -> None:
    """In words of bits up to a number of buckets, beyond it one by one."""
    world.zone = "UTC"
    length = 3_600_000_000 * (24 if unit == "day" else 1)
    first = 1_766_966_400_000_000  # 2025-12-29
    world.events = [
        {**world.events[0], "occurred_at": first + bucket * length, "person": bucket % 2 + person}
        for bucket in range(90)
        for person in (1, 5)
    ]
    for more in (0, persons.MOST_BUCKETS):
        span = f"{world.period(parse(Range, {'last': 1})).local(first + (90 + more) * length):%Y-%m-%dT%H:%M}"
        question = {"range": {"since": "2025-12-29", "until": span}, "unit": unit, "series": [{"measure": "persons"}]}
        [line] = asked.ask(world, "trend", question).result.lines
        assert line.values == [2] * 90 + [0] * more
        assert line.total == 4


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"series": []}, "1 to 10 series"),
        ({"series": [{}] * 11}, "1 to 10 series"),
        ({"series": [{"label": "x"}, {"label": "x"}]}, "label of its own"),
        ({"series": [{"label": "B"}, {}]}, "label of its own"),
        ({"series": [{"label": "a b"}]}, "a word"),
        ({"series": [{"measure": "median"}]}, "median"),
        ({"series": [{"of": "trait:x"}]}, "`of` is"),
        ({"series": [{"percentile": 101}]}, "0 to 100"),
        ({"breakdown": ["name", "kind", "list"]}, "at most 2"),
        ({"breakdown": ["nonsense"]}, "no field"),
        ({"breakdown": ["segment:"]}, "segment:NAME"),
        ({"breakdown": ["segment:nobody"]}, "no segment"),
        ({"limit": 0}, "1 to 100"),
        ({"formula": "A +"}, "too early"),
        ({"formula": "A B"}, "not expected"),
        ({"formula": "(A"}, "too early"),
        ({"formula": "(A A"}, "not closed"),
        ({"formula": "B"}, "labels are A"),
        ({"formula": "A ** 2"}, "not expected"),
        ({"formula": "A; A"}, "not ';'"),
        ({"formula": "(" * 400}, "20 brackets"),
        ({"formula": "-" * 400}, "20 brackets"),
        ({"formula": "A" * 501}, "500 characters"),
        ({"unit": "hour", "range": {"last": 200}, "breakdown": ["name"], "limit": 100}, "numbers"),
    ],
)
def test_a_senseless_trend_is_refused(asked: Any, world: Any, question: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionInvalidError, match=words):
        asked.ask(world, "trend", question)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9))
def test_a_formula_goes_by_the_rules_of_arithmetic(one: int, two: int, three: int) -> None:
    from bowerbird.insights.trend.formula import parse as formula

    values = {"A": one, "B": two, "C": three}
    for text in (
        "A - B - C",
        "A + B * C",
        "(A + B) * C",
        "A / C / C",
        "A - B * C / C + 1",
        "-A * -B",
        "2 * (A - (B - C))",
    ):
        assert math.isclose(formula(text, values).value(values) or 0, eval(text, {}, values), abs_tol=1e-12)
    assert formula("A / (B - B)", values).value(values) is None
