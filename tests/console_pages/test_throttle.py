"""How guessing is slowed down: by name and by address, longer each time, within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from bowerbird.clock import SECOND, FixedClock
from bowerbird.console.signin.throttle import (
    FORGOTTEN_AFTER,
    FREE_TRIES,
    LONGEST_WAIT,
    Throttle,
    subject_of_address,
    subject_of_name,
)


def failures(throttle: Throttle, count: int, *subjects: str) -> None:
    for _ in range(count):
        assert throttle.wait(*subjects) == 0


def test_five_tries_are_free_then_each_waits_twice_as_long() -> None:
    clock = FixedClock(SECOND)
    throttle = Throttle(clock)
    failures(throttle, FREE_TRIES, "user a")
    waits = []
    for _ in range(12):
        left = throttle.wait("user a")
        waits.append(left // SECOND)
        assert throttle.wait("user a") == left  # asking again costs nothing
        clock.advance(left / SECOND)
        assert throttle.wait("user a") == 0
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, *[LONGEST_WAIT // SECOND] * 3]


def test_either_subject_is_enough_to_wait() -> None:
    throttle = Throttle(FixedClock(SECOND))
    failures(throttle, FREE_TRIES, "user a", "from x")
    assert throttle.wait("user a", "from y") > 0
    assert throttle.wait("user b", "from x") > 0
    assert throttle.wait("user b", "from y") == 0


def test_success_frees_the_name_and_gives_the_address_its_try_back() -> None:
    throttle = Throttle(FixedClock(SECOND))
    for _ in range(20):
        assert throttle.wait("user a", "from x") == 0
        throttle.succeeded("user a", "from x")
    failures(throttle, 4, "user b", "from x")
    assert throttle.wait("user a", "from x") == 0
    throttle.succeeded("user a", "from x")
    assert throttle.wait("user b", "from x") == 0
    assert throttle.wait("user a", "from x") > 0


def test_failures_are_forgotten_after_an_hour() -> None:
    clock = FixedClock(SECOND)
    throttle = Throttle(clock)
    failures(throttle, FREE_TRIES, "user a")
    clock.advance(FORGOTTEN_AFTER / SECOND + 1)
    failures(throttle, FREE_TRIES, "user a")
    assert throttle.wait("user a") > 0


def test_memory_is_bounded_and_the_longest_unheard_goes_first() -> None:
    throttle = Throttle(FixedClock(SECOND), capacity=100)
    failures(throttle, FREE_TRIES, "user a")
    for number in range(1000):
        throttle.wait(f"user {number}-of-many")
        assert throttle.wait("user a") > 0
    for number in range(100):
        throttle.wait(f"user {number}-more")
    assert throttle.wait("user a") == 0


@given(st.lists(st.floats(0, 100), max_size=60))
def test_no_pace_gets_more_tries_than_the_waits_allow(gaps: list[float]) -> None:
    clock = FixedClock(SECOND)
    throttle = Throttle(clock)
    begun, passed, owed = clock.now(), 0, 0
    for gap in gaps:
        clock.advance(gap)
        if throttle.wait("user a") == 0:
            passed += 1
            owed += 0 if passed <= FREE_TRIES else min(2 * SECOND * 2 ** (passed - FREE_TRIES - 1), LONGEST_WAIT)
        assert clock.now() - begun >= owed


def test_addresses_are_told_apart_as_clients_are() -> None:
    assert subject_of_address("192.0.2.1") != subject_of_address("192.0.2.2")
    assert subject_of_address("2001:db8::1") == subject_of_address("2001:db8::ffff:1")
    assert subject_of_address("2001:db8::1") != subject_of_address("2001:db8:0:1::1")
    assert subject_of_address("::ffff:192.0.2.1") == subject_of_address("192.0.2.1")
    assert len(subject_of_address("x" * 1000)) < 100
    assert len(subject_of_name("x" * 1000)) < 140
