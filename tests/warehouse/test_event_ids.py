"""Event ids as two columns."""

from uuid import UUID

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.event import event_ids
from bowerbird.warehouse.event_ids import EVENT_ID, split, split_all, split_or_none

uuids = st.one_of(
    st.uuids(),
    st.builds(
        lambda millis, rest, low: UUID(int=millis << 80 | rest << 64 | low),
        st.sampled_from([0, 1, 2**48 - 1]),
        st.sampled_from([0, 0x6FFF, 0x7000, 0x7001, 0x7004, 0x7F9C, 0x7F9F, 0x7FA0, 0x8000, 0xFFFF]),
        st.sampled_from([0, 1, 2**64 - 1]),
    ),
)
JOINED = f"SELECT {EVENT_ID} FROM (SELECT unnest($times::BIGINT[]) AS id_time, unnest($lows::VARCHAR[]) AS id_low)"


@settings(deadline=None)
@given(st.lists(uuids, min_size=1, max_size=20))
def test_any_uuid_comes_back(given_ids: list[UUID]) -> None:
    times, lows = zip(*(split(str(each)) for each in given_ids), strict=True)
    assert duckdb.execute(JOINED, {"times": times, "lows": lows}).fetchall() == [(each,) for each in given_ids]


@given(uuids, uuids)
def test_pairs_sort_as_the_ids_do(one: UUID, other: UUID) -> None:
    assert (split(str(one)) < split(str(other))) == (str(one) < str(other))


@given(st.integers(0, 2**48 * 1000 - 2000))
def test_ids_of_one_maker_differ_in_their_time_alone(at: int) -> None:
    make = event_ids()
    (first, low), (second, same) = split(make(at)), split(make(at))
    assert (first, second, low) == (at, at + 1, same)


@given(st.lists(uuids, max_size=20))
def test_many_are_split_as_one_is(given_ids: list[UUID]) -> None:
    texts = [str(each) for each in given_ids]
    times, lows = split_all(texts)
    assert list(zip(times, lows, strict=True)) == [split(each) for each in texts]


@pytest.mark.parametrize(
    "text", ["", "no uuid", "0197a000-0000-7000-8000-00000000000g", "0197a000_0000-7000-8000-0000"]
)
def test_what_is_no_uuid_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no UUID"):
        split(text)
    with pytest.raises(ValueError):
        split_all(["0197a000-0000-7000-8000-00000000000a", text])
    assert split_or_none(text) is None


def test_a_uuid_is_looked_for_in_any_form() -> None:
    text = "0197a000-0000-7000-8000-00000000000a"
    assert split_or_none(text.upper()) == split_or_none(f"{{{text}}}") == split(text)
