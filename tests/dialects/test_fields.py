"""What the shared readers take and what they leave."""

from decimal import Decimal
from typing import Any

import pytest

from bowerbird.collector.dialects.base import Request
from bowerbird.collector.dialects.fields import (
    MOST_ISSUES,
    Issues,
    decimal,
    filled,
    identifier,
    iso_micros,
    number,
    require_json,
    written_out,
)
from bowerbird.refusals import Reason, Refused

NEW_YEAR = 1_735_689_600_000_000
"""2025-01-01T00:00:00Z"""


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2025-01-01T00:00:00Z", NEW_YEAR),
        ("2025-01-01T00:00Z", NEW_YEAR),
        ("2025-01-01 01:30:00+0130", NEW_YEAR),
        ("2024-12-31T19:00:00-05", NEW_YEAR),
        ("2025-01-01t00:00:00.1234567z", NEW_YEAR + 123_456),
        ("2024-12-31T23:59:60Z", NEW_YEAR),
        ("2025-01-01T00:59:60.25+01:00", NEW_YEAR + 250_000),
        ("2025-01-01T00:00:00.123456789012345Z", NEW_YEAR + 123_456),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ],
)
def test_moments_with_offset(text: str, micros: int) -> None:
    assert iso_micros(text) == iso_micros(text, assume_utc=True) == micros


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1735689600",
        "20250101T000000Z",
        "2025-W01-3T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2025-01-01T25:00:00Z",
        "2025-01-01T00:00:60Z",
        "2025-01-01T00:00:61Z",
        "2025-01-01T00:00:00+24:00",
        "2025-01-01T00:00:00+01:60",
        "2025-01-01T00:00:00Z\n",
        "２０２５-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_no_moments(text: str) -> None:
    assert iso_micros(text) is None
    assert iso_micros(text, assume_utc=True) is None


@pytest.mark.parametrize("text", ["2025-01-01T00:00:00", "2025-01-01 00:00", "2025-01-01"])
def test_moments_without_offset_are_utc_where_the_vendor_says_so(text: str) -> None:
    assert iso_micros(text) is None
    assert iso_micros(text, assume_utc=True) == NEW_YEAR


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (0, 0),
        (1.5, 1.5),
        (True, None),
        (None, None),
        ("1", None),
        ("18446744073709551615", None),
        ("18446744073709551616", 2**64),
        ("-9223372036854775809", -(2**63) - 1),
        ("9" * 308, int("9" * 308)),
        ("9" * 309, None),
        ("٩" * 30, None),
    ],
)
def test_numbers(value: Any, read: Any) -> None:
    found = number(value)

    assert found == read
    assert type(found) is type(read)


@pytest.mark.parametrize(
    ("value", "text"), [(19.99, "19.99"), (0.1, "0.1"), (7, "7"), (2.50, "2.5"), (10**30, "1" + "0" * 30)]
)
def test_decimals_are_what_was_written(value: float, text: str) -> None:
    assert decimal(value) == Decimal(text)


@pytest.mark.parametrize(
    ("value", "as_filled", "as_identifier", "as_written_out"),
    [
        ("u-1", "u-1", "u-1", "u-1"),
        (" ", None, None, None),
        ("", None, None, None),
        (None, None, None, None),
        (True, None, None, None),
        ({}, None, None, None),
        (0, None, "0", "0"),
        (7.0, None, None, "7"),
        (7.5, None, None, "7.5"),
        (1e300, None, None, "1e+300"),
    ],
)
def test_identifiers(value: Any, as_filled: Any, as_identifier: Any, as_written_out: Any) -> None:
    assert (filled(value), identifier(value), written_out(value)) == (as_filled, as_identifier, as_written_out)


def declaring(media_type: bytes) -> Request:
    return Request("POST", "/", {}, {b"content-type": media_type}, b"", NEW_YEAR, str)


@pytest.mark.parametrize(
    "declared",
    [
        b"",
        b"application/json",
        b"application/json; charset=utf-8",
        b"Application/JSON ;charset=utf-8",
        b"application/vnd.api+json",
        b"text/json",
    ],
)
def test_media_types_that_are_json(declared: bytes) -> None:
    require_json(declaring(declared))


@pytest.mark.parametrize(
    "declared",
    [b"text/plain", b"application/jsonp", b"application/x-www-form-urlencoded", b"application/xml; type=json"],
)
def test_media_types_that_are_not_json(declared: bytes) -> None:
    with pytest.raises(Refused) as raised:
        require_json(declaring(declared))

    assert raised.value.reason is Reason.MEDIA_TYPE_UNSUPPORTED


def test_an_undeclared_media_type_is_taken_for_json() -> None:
    require_json(Request("POST", "/", {}, {}, b"", NEW_YEAR, str))


def test_issues_are_bounded_and_kept_in_order() -> None:
    issues = Issues()
    for index in range(MOST_ISSUES + 5):
        issues.add(str(index), "code", f"message {index}")

    with pytest.raises(Refused) as raised:
        issues.refuse_any()

    assert raised.value.reason is Reason.INVALID
    assert raised.value.message == "message 0"
    assert [issue.field for issue in raised.value.issues] == [str(index) for index in range(MOST_ISSUES)]


def test_no_issues_refuse_nothing() -> None:
    Issues().refuse_any()
