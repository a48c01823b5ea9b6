"""Ranges and their steps where clocks change, and at the ends of time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.ranges import Period, Range, micros, period

HOUR = 3_600_000_000
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana"]
ZONES += ["Africa/Cairo", "America/Asuncion"]


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2009, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    unit=st.sampled_from(["hour", "day", "week", "month"]),
    last=st.integers(1, 60),
)
def test_the_last_units_end_with_the_one_that_runs(zone: str, now: datetime, unit: str, last: int) -> None:
    at = micros(now)
    found = period(Range(last=last, unit=unit), ZoneInfo(zone), at)  # type: ignore[arg-type]
    starts = [each.start for each in found.buckets(unit)]  # type: ignore[arg-type]
    assert len(starts) == last
    assert starts == sorted(set(starts))
    assert starts[0] == found.since
    assert starts[-1] <= at < found.until


def test_the_hour_that_is_there_twice_runs_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for utc, label in ((0, "2026-10-25T02:00:00+02:00"), (1, "2026-10-25T02:00:00+01:00")):
        now = micros(datetime(2026, 10, 25, utc, 30, tzinfo=UTC))
        found = period(Range(last=1, unit="hour"), berlin, now)
        assert [each.label for each in found.buckets("hour")] == [label]
        assert found.until - found.since == HOUR


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize(
    ("since", "until"),
    [("0001-01-01", "0001-02-01"), ("9999-12-01", "9999-12-31T23:59:59.999999"), ("0999-12-31", "1001-01-01")],
)
def test_what_no_clock_can_count_from_is_refused(since: str, until: str, zone: str) -> None:
    with pytest.raises(QuestionInvalidError, match="too far away"):
        period(Range(since=since, until=until), ZoneInfo(zone), 0)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize(("since", "until"), [("1000-01-01", "1010-01-01"), ("8990-01-01", "8999-12-31T23:59:59")])
@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_the_farthest_years_can_be_asked_for(since: str, until: str, zone: str, unit: str) -> None:
    found = period(Range(since=since, until=until), ZoneInfo(zone), 0)
    assert len(found.buckets(unit)) >= 119  # type: ignore[arg-type]
    assert found.before().until == found.since


ODD = ["Africa/Monrovia", "Pacific/Niue", "Pacific/Rarotonga", "Europe/Amsterdam", "Europe/Berlin", "America/New_York"]


@pytest.mark.parametrize("zone", ODD)
@pytest.mark.parametrize("year", [1880, 1930, 1960, 1990])
def test_offsets_are_those_of_the_clock_to_the_microsecond(zone: str, year: int) -> None:
    """Clocks were set forward by seconds, at any second."""
    place, since, until = ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC), datetime(year + 40, 1, 1, tzinfo=UTC)
    found = Period(micros(since), micros(until), place).offsets()
    ends = [end for end, _ in found]
    assert ends == sorted(set(ends))
    assert ends[-1] == micros(until)
    for (end, before), (_, after) in pairwise(found):
        seen = [Period(at, at, place).local(at).utcoffset() // timedelta(microseconds=1) for at in (end - 1, end)]
        assert seen == [before, after]


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", 1),
        ("2026-10-25T02:30+02:00", "2026-10-25T02:15+01:00", 0.75),
        ("2026-10-25T02:00+02:00", "2026-10-25T03:00+01:00", 2),
        ("2026-10-25", "2026-10-26", 24),
        ("2026-10-26", "2026-10-27", 25),
    ],
)
def test_the_period_before_is_as_long(since: str, until: str, hours: float) -> None:
    asked = period(Range(since=since, until=until), ZoneInfo("Europe/Berlin"), 0)
    before = asked.before()
    assert before.until == asked.since
    assert (before.until - before.since) / 3_600_000_000 == hours
    assert before.buckets("hour")


def test_the_days_before_begin_at_midnight_where_one_was_left_out() -> None:
    zone = ZoneInfo("America/Santiago")
    before = period(Range(since="2026-09-06", until="2026-09-13"), zone, 0).before()
    assert before.local(before.since) == datetime(2026, 8, 30, tzinfo=zone)
