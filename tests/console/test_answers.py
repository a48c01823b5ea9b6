"""Times in and out, and cursors."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.console.answers import instant, iso
from bowerbird.console.cursors import TimedKey, cursor, keyset
from bowerbird.console.failures import ApiError

_micros = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)


@given(_micros)
def test_a_time_survives_the_way_out_and_in(micros: int) -> None:
    text = iso(micros)
    assert len(text) == 27
    assert text.endswith("Z")
    assert instant(text) == micros


@given(st.integers())
def test_no_time_is_too_odd_to_be_shown(micros: int) -> None:
    assert "0001-01-01T00:00:00.000000Z" <= iso(micros) <= "9999-12-31T23:59:59.999999Z"


@given(st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)), st.integers(-23, 23))
def test_every_way_to_write_a_time_means_the_same(naive: datetime, hours: int) -> None:
    at = naive.replace(tzinfo=UTC)
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert instant(naive.isoformat()) == instant(str(micros)) == micros
    local = (naive + timedelta(hours=hours)).isoformat() + f"{'-' if hours < 0 else '+'}{abs(hours):02}:00"
    assert instant(local) == micros
    assert instant(str(micros // 1_000_000)) == micros // 1_000_000 * 1_000_000
    assert instant(str(micros // 1_000)) == micros // 1_000 * 1_000


def test_exponents_and_decimals_are_read() -> None:
    assert instant("1.6e9") == instant("1.6e12") == instant("1.6e15") == 1_600_000_000_000_000
    assert instant("1600000000.5") == 1_600_000_000_500_000


@pytest.mark.parametrize("text", ["", "nan", "inf", "-inf", "1e40", "tomorrow", "2026-13-01"])
def test_no_time_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        instant(text)


@given(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text(max_size=80)))
def test_a_cursor_gives_its_key_back(key: tuple[int, str]) -> None:
    assert keyset(cursor(key), TimedKey) == key


@given(st.text(min_size=1, max_size=100) | st.binary(max_size=40).map(cursor))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        keyset(text, TimedKey)
    assert (refused.value.status, refused.value.code) == (422, "cursor_invalid")


@pytest.mark.parametrize("at", [-(2**63) - 1, 2**63, 2**64 - 1])
def test_a_time_that_no_store_takes_is_refused(at: int) -> None:
    text = cursor((at, "x")) if at > 0 else cursor((float(at), "x"))
    with pytest.raises(ApiError):
        keyset(text, TimedKey)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(ApiError):
        keyset(cursor("an-event-id"), TimedKey)
    with pytest.raises(ApiError):
        keyset(cursor((1, "x")), str)
