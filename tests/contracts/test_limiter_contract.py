"""What every limiter keeps to, in memory or shared by processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.clock import SECOND
from bowerbird.collector.dialects.base import Quota, Throttle
from bowerbird.collector.limits import MINUTE, Limiter
from bowerbird.collector.limits_memory import MemoryLimiter
from bowerbird.collector.limits_mmap import MmapLimiter
from bowerbird.refusals import Reason, Refused

NOON = 1_750_000_020 * SECOND
"""The first microsecond of a minute."""

many_examples = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=["memory", "mmap"])
def limiter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Limiter]:
    limiter: Limiter = MemoryLimiter() if request.param == "memory" else MmapLimiter.open(tmp_path / "limits")
    yield limiter
    limiter.close()


def passed(limiter: Limiter, slot: int, throttle: Throttle, times: list[int]) -> list[bool]:
    return [passes(limiter, slot, throttle, now) for now in times]


def passes(limiter: Limiter, slot: int, throttle: Throttle, now: int) -> bool:
    try:
        limiter.take(slot, throttle, now)
    except Refused:
        return False
    return True


def refusal(limiter: Limiter, slot: int, throttle: Throttle, now: int) -> Refused:
    with pytest.raises(Refused) as refused:
        limiter.take(slot, throttle, now)
    assert refused.value.reason is Reason.THROTTLED
    return refused.value


def test_tells_what_is_left_of_the_minute(limiter: Limiter) -> None:
    throttle = Throttle(10, 100)
    assert limiter.take(1, throttle, NOON) == Quota(100, 99, 60)
    assert limiter.take(1, throttle, NOON + 1) == Quota(100, 98, 60)
    assert limiter.take(1, throttle, NOON + 59 * SECOND) == Quota(100, 97, 1)
    assert limiter.take(1, throttle, NOON + 60 * SECOND) == Quota(100, 99, 60)


def test_a_full_second_refuses_until_it_ends(limiter: Limiter) -> None:
    throttle = Throttle(2, 100)
    assert passed(limiter, 1, throttle, [NOON, NOON]) == [True, True]
    assert refusal(limiter, 1, throttle, NOON + 250_000).retry_after == 0.75
    assert passes(limiter, 1, throttle, NOON + SECOND)


def test_a_full_minute_refuses_until_it_ends(limiter: Limiter) -> None:
    throttle = Throttle(2, 3)
    assert all(passed(limiter, 1, throttle, [NOON, NOON, NOON + SECOND]))
    assert refusal(limiter, 1, throttle, NOON + 2 * SECOND).retry_after == 58
    assert passes(limiter, 1, throttle, NOON + MINUTE)


def test_when_both_are_full_the_later_end_counts(limiter: Limiter) -> None:
    throttle = Throttle(2, 2)
    passed(limiter, 1, throttle, [NOON, NOON])
    assert refusal(limiter, 1, throttle, NOON).retry_after == 60


def test_a_refused_call_is_not_counted(limiter: Limiter) -> None:
    throttle = Throttle(1, 2)
    assert passed(limiter, 1, throttle, [NOON] * 5) == [True] + [False] * 4
    assert limiter.take(1, throttle, NOON + SECOND) == Quota(2, 0, 59)


def test_slots_do_not_share_counts(limiter: Limiter) -> None:
    throttle = Throttle(1, 1)
    slots = [0, 1, 2, 2047, 2048, 9000, 3]
    assert all(passes(limiter, slot, throttle, NOON) for slot in slots)
    assert not any(passes(limiter, slot, throttle, NOON) for slot in slots)


def test_without_limits_nothing_is_counted(limiter: Limiter) -> None:
    assert [limiter.take(1, Throttle(None, None), NOON) for _ in range(3)] == [None] * 3
    assert limiter.take(1, Throttle(1, 5), NOON) == Quota(5, 4, 60)


def test_one_limit_alone_holds(limiter: Limiter) -> None:
    assert limiter.take(1, Throttle(1, None), NOON) is None
    assert not passes(limiter, 1, Throttle(1, None), NOON)
    assert passed(limiter, 2, Throttle(None, 2), [NOON] * 3) == [True, True, False]


def test_a_limit_of_none_at_all_refuses_everything(limiter: Limiter) -> None:
    assert not passes(limiter, 1, Throttle(0, None), NOON)


def test_a_limit_that_was_lowered_holds_at_once(limiter: Limiter) -> None:
    passed(limiter, 1, Throttle(10, 10), [NOON] * 5)
    assert not passes(limiter, 1, Throttle(10, 3), NOON)


def test_a_call_that_comes_late_counts_in_the_window_that_has_begun(limiter: Limiter) -> None:
    throttle = Throttle(2, 100)
    assert passed(limiter, 1, throttle, [NOON + SECOND, NOON + SECOND - 1]) == [True, True]
    assert not passes(limiter, 1, throttle, NOON + SECOND)


def test_a_clock_set_back_does_not_refuse_for_long(limiter: Limiter) -> None:
    throttle = Throttle(1, 1)
    assert passes(limiter, 1, throttle, NOON + 60 * MINUTE)
    assert passes(limiter, 1, throttle, NOON)


@many_examples
@given(
    burst=st.integers(1, 5),
    steady=st.integers(1, 20),
    steps=st.lists(st.integers(0, SECOND), max_size=60),
    data=st.data(),
)
def test_no_window_ever_passes_more_than_its_limit(
    limiter: Limiter, burst: int, steady: int, steps: list[int], data: st.DataObject
) -> None:
    throttle, now, slot = Throttle(burst, steady), NOON, data.draw(st.integers(0, 3000))
    limiter.take(slot, Throttle(10**9, 10**9), NOON - 10 * MINUTE)
    seconds: dict[int, int] = {}
    minutes: dict[int, int] = {}
    for step in steps:
        now += step
        room = seconds.get(now // SECOND, 0) < burst and minutes.get(now // MINUTE, 0) < steady
        assert passes(limiter, slot, throttle, now) is room
        if room:
            seconds[now // SECOND] = seconds.get(now // SECOND, 0) + 1
            minutes[now // MINUTE] = minutes.get(now // MINUTE, 0) + 1
