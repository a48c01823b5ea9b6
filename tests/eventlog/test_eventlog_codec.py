from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.event import Event
from bowerbird.eventlog.codec import ERASED, DecodeFailure, decode, decode_each, decode_one, encode, erase, join

unhurried = settings(max_examples=50, deadline=None)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
events = st.builds(
    Event,
    workspace=st.sampled_from(["w", "v"]),
    event_id=st.uuids().map(str),
    dialect=st.sampled_from(["scribe", "klaviyo"]),
    kind=st.sampled_from(["track", "identify", "page"]),
    name=st.text(max_size=20),
    occurred_at=st.integers(0, 2**53),
    received_at=st.integers(0, 2**53),
    key_id=st.just("key"),
    email=st.none() | st.text(max_size=10),
    value=st.none() | st.decimals(allow_nan=False, allow_infinity=False),
    stored=st.booleans(),
    properties=st.dictionaries(st.text(max_size=5), values, max_size=3),
)


@unhurried
@given(st.lists(events, max_size=5))
def test_decodes_what_was_encoded(sent):
    assert decode(encode(sent)) == sent
    assert decode_each(encode(sent)) == sent


@unhurried
@given(st.lists(st.lists(events, min_size=1, max_size=3), min_size=1, max_size=8))
def test_joined_rows_hold_all_events_in_order(calls):
    row = join([encode(call) for call in calls], [len(call) for call in calls])
    assert row == encode([event for call in calls for event in call])


@pytest.mark.parametrize("sizes", [(15,), (15, 1), (16, 65_519), (65_535, 1), (70_000, 3)])
def test_joins_across_the_sizes_of_array_headers(sizes):
    (event,) = one = [Event("w", "id", "scribe", "track", "n", 1, 2, "k")]
    row = join([encode(one * size) for size in sizes], sizes)
    assert row == encode([event] * sum(sizes))


def test_numbers_keep_their_digits_and_types():
    event = Event("w", "i", "d", "track", "n", 1, 2, "k", value=Decimal("19.90"), properties={"a": 1, "b": 1.0})
    (found,) = decode(encode([event]))
    assert str(found.value) == "19.90"
    assert [type(value) for value in found.properties.values()] == [int, float]


def broken_kind(row: bytes) -> bytes:
    return row.replace(b"\xa5track", b"\xa5wreck")


def test_one_bad_event_leaves_the_others_readable():
    good = Event("w", "good", "d", "page", "n", 1, 2, "k")
    bad = encode([Event("w", "bad", "d", "track", "n", 1, 2, "k")])
    row = join([encode([good]), broken_kind(bad), encode([good])], [1, 1, 1])
    first, failure, last = decode_each(row)
    assert first == last == good
    assert isinstance(failure, DecodeFailure)
    assert failure.raw == broken_kind(bad)[1:]
    assert "wreck" in failure.error


def test_invalid_utf8_is_one_failure_among_the_others():
    good = Event("w", "good", "d", "page", "n", 1, 2, "k")
    bad = encode([Event("w", "bad", "d", "track", "name", 1, 2, "k")]).replace(b"name", b"\xff\xff\xff\xff")
    found = decode_each(join([encode([good]), bad], [1, 1]))
    assert found[0] == good
    assert isinstance(found[1], DecodeFailure)


@pytest.mark.parametrize("broken", [b"", b"\xc1", b"\xa3\xff\xff\xff", b"\x91" * 100_000, b"\x90"])
def test_what_is_no_event_is_a_failure_by_itself(broken):
    good = Event("w", "good", "d", "page", "n", 1, 2, "k")
    assert decode_one(encode([good])[1:]) == good
    failure = decode_one(broken)
    assert isinstance(failure, DecodeFailure)
    assert failure.raw == broken


@pytest.mark.parametrize("size", [1, 3, 20])
def test_a_torn_row_is_as_many_failures_as_it_had_events(size):
    row = encode([Event("w", str(n), "d", "track", "n", 1, 2, "k") for n in range(size)])
    failures = decode_each(row[:-3])
    assert len(failures) == size
    assert all(isinstance(failure, DecodeFailure) for failure in failures)
    assert failures[0].raw == row[:-3]


@unhurried
@given(st.binary(max_size=60))
def test_any_bytes_give_bounded_results(row):
    assert len(decode_each(row)) <= max(1, len(row))


@unhurried
@given(st.lists(events, min_size=1, max_size=5, unique_by=lambda event: event.event_id), st.data())
def test_erased_events_keep_only_what_counts_them(sent, data):
    gone = set(data.draw(st.lists(st.sampled_from([event.event_id for event in sent]))))
    for before, after in zip(sent, decode(erase(encode(sent), gone)), strict=True):
        if before.event_id not in gone:
            assert after == before
            continue
        counted = (before.workspace, before.event_id, before.dialect, "erased", ERASED)
        assert after == Event(*counted, before.occurred_at, before.received_at, "key", stored=before.stored)


def test_an_event_that_does_not_decode_can_be_erased():
    row = broken_kind(encode([Event("w", "bad", "d", "track", "n", 1, 2, "k", email="ada@example.org")]))
    assert b"ada" not in erase(row, {"bad"})


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"\x91",
        b"\x91\xa1x",
        b"\x92\x90\x01",
        b"\xc1",
        msgspec.msgpack.encode([[1, 2]]),
        msgspec.msgpack.encode([[[]] * 8]),
    ],
)
def test_erasing_in_a_broken_row_leaves_it(row):
    assert erase(row, {"x", 2}) == row
