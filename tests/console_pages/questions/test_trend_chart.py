"""The chart of a trend: what has happened, what is under way, and nothing of what is to come."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bowerbird.clock import SECOND
from bowerbird.console.pages.asking import steps
from bowerbird.console.pages.trends.lines import chart_of
from bowerbird.insights.base import Answer, Freshness
from bowerbird.insights.question import parse
from bowerbird.insights.trend.answer import Line, Past, Trend
from bowerbird.insights.trend.question import TrendQuestion

BUCKETS = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"]
NOON = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()) * SECOND


def line(group: list[str | None], values: list[Any], label: str = "A", previous: list[Any] | None = None) -> Line:
    past = Past(sum(previous), previous) if previous is not None else None
    return Line(label=label, group=group, other=False, total=sum(values), values=values, previous=past)


def answer(lines: list[Line], **question: Any) -> Answer:
    trend = Trend(unit="day", buckets=BUCKETS, previous_buckets=None, lines=lines)
    asked = parse(TrendQuestion, question)
    return Answer("trend", "", "", "UTC", asked, trend, Freshness(None, 0, 0), 1)


def drawn(bars: bool, now: int = NOON, timezone: str = "UTC") -> list[dict[str, Any]]:
    lines = [line(["a"], [1, 2, 3, 0], previous=[4, 5, 6]), line(["b"], [5, 6, 7, 0], previous=[1, 1, 1])]
    passed = steps(BUCKETS, "day", timezone, now)
    series: list[dict[str, Any]] = chart_of(answer(lines, breakdown=["name"]), bars, passed)["series"]
    return series


def test_a_line_ends_now_and_its_last_part_is_dashed() -> None:
    whole, tail, *_ = drawn(bars=False)
    assert whole["data"] == [1, 2, None, None]
    assert tail["data"] == [None, 2, 3, None]
    assert tail["lineStyle"]["type"] == "dashed"
    assert "lineStyle" not in whole


def test_a_bar_that_is_not_over_is_faint() -> None:
    data = drawn(bars=True)[0]["data"]
    assert data[:2] == [1, 2]
    assert data[2]["value"] == 3
    assert data[2]["itemStyle"]["opacity"] < 1
    assert data[3] is None


@pytest.mark.parametrize("bars", [True, False])
def test_the_period_before_has_its_lines_colour_and_is_dashed(bars: bool) -> None:
    series = drawn(bars)
    colours = {each["name"]: each["color"] for each in series}
    assert colours["a, before"] == colours["a"] != colours["b"] == colours["b, before"]
    before = next(each for each in series if each["name"] == "b, before")
    assert before["data"] == [1, 1, 1, None]
    assert before["lineStyle"]["type"] == "dashed"


def test_days_begin_on_the_questions_clock_and_what_is_over_is_whole() -> None:
    assert steps(BUCKETS, "day", "UTC", NOON) == (3, True)
    assert steps(BUCKETS, "day", "Pacific/Kiritimati", NOON) == (4, True)
    assert steps(BUCKETS, "day", "UTC", NOON + 3 * 86_400 * SECOND) == (4, False)
    hours = ["2026-11-21T12:00:00+01:00", "2026-11-21T13:00:00+01:00", "2026-11-21T14:00:00+01:00"]
    assert steps(hours, "hour", "Europe/Berlin", NOON) == (2, True)
    assert len(drawn(bars=False, now=NOON + 3 * 86_400 * SECOND)) == 4
