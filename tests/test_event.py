"""Event ids."""

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from bowerbird.event import event_ids


@given(st.integers(0, 2**48 * 1000 - 2000))
def test_an_id_is_a_uuid_of_version_7_that_tells_its_microsecond(received_at: int) -> None:
    made = UUID(event_ids()(received_at))
    assert (made.version, made.variant) == (7, RFC_4122)
    assert (made.int >> 80) * 1000 + ((made.int >> 64 & 0xFFF) >> 2) == received_at


@given(st.lists(st.integers(1_000, 1_010), min_size=2, max_size=50))
def test_ids_of_one_maker_ascend_whatever_the_clock_says(times: list[int]) -> None:
    make = event_ids()
    ids = [make(time) for time in times]
    assert ids == sorted(set(ids))


def test_makers_do_not_meet() -> None:
    assert len({event_ids()(5) for _ in range(1000)}) == 1000
