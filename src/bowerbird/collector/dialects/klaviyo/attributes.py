"""The plain attributes of an event. None, JSON's null and a missing attribute are the same."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bowerbird.clock import DAY, SECOND
from bowerbird.collector.dialects.fields import Issues, decimal, filled, fits, iso_micros, number
from bowerbird.collector.dialects.klaviyo.limits import AT as PROPERTIES
from bowerbird.collector.dialects.klaviyo.limits import LONGEST_STRING, check_properties
from bowerbird.collector.dialects.klaviyo.resources import INVALID
from bowerbird.event import VALUE_DIGITS

AT = "/data/attributes"
EARLIEST = 946_684_800 * SECOND
"""2000-01-01T00:00:00Z"""
COMMON_YEAR = 365 * DAY

_CURRENCY = re.compile(r"[A-Za-z]{3}")


def read_properties(properties: Any, body: bytes, issues: Issues) -> dict[str, Any]:
    if type(properties) is dict:
        check_properties(properties, body, issues)
        return properties
    if properties is not None:
        issues.add(PROPERTIES, INVALID, "'properties' must be an object.")
    return {}


def read_time(time: Any, received_at: int, issues: Issues) -> int:
    """Whole seconds, in µs."""
    if time is None:
        return received_at - received_at % SECOND
    occurred_at = iso_micros(time, assume_utc=True) if type(time) is str else None
    if occurred_at is None:
        issues.add(AT + "/time", INVALID, "'time' must be a date and time in ISO 8601.")
        return 0
    occurred_at -= occurred_at % SECOND
    if occurred_at < EARLIEST:
        issues.add(AT + "/time", INVALID, "'time' must be after the year 2000.")
    elif occurred_at > received_at + COMMON_YEAR and occurred_at > _a_year_after(received_at):
        issues.add(AT + "/time", INVALID, "'time' must not be more than 1 year in the future.")
    return occurred_at


def _a_year_after(time: int) -> int:
    """The same date of the next year; the first of March after a 29 February."""
    day = datetime.fromtimestamp(time // SECOND, UTC).date()
    leap = day.month == 2 and day.day == 29
    following = day.replace(year=day.year + 1, month=3, day=1) if leap else day.replace(year=day.year + 1)
    return time + (following - day).days * DAY


def read_value(value: Any, issues: Issues) -> Decimal | None:
    if value is None:
        return None
    amount = number(value)
    if amount is None:
        issues.add(AT + "/value", INVALID, "'value' must be a number.")
        return None
    if not fits(amount):
        issues.add(AT + "/value", INVALID, f"'value' must have at most {VALUE_DIGITS} digits before the point.")
        return None
    return decimal(amount)


def read_currency(currency: Any, issues: Issues) -> str | None:
    if currency is None or currency == "":
        return None
    if type(currency) is str and _CURRENCY.fullmatch(currency):
        return currency.upper()
    issues.add(AT + "/value_currency", INVALID, "'value_currency' must be a currency code of ISO 4217.")
    return None


def read_unique_id(unique_id: Any, issues: Issues) -> str | None:
    """A blank one counts as not sent: it would make all events of a metric one."""
    if unique_id is not None and type(unique_id) is not str:
        issues.add(AT + "/unique_id", INVALID, "'unique_id' must be a string.")
        return None
    if unique_id and len(unique_id.encode()) > LONGEST_STRING:
        issues.add(AT + "/unique_id", INVALID, "A string must not be larger than 100 KB.")
    return filled(unique_id)


def read_backfill(backfill: Any, issues: Issues) -> bool:
    if backfill is not None and type(backfill) is not bool:
        issues.add(AT + "/backfill", INVALID, "'backfill' must be a boolean.")
    return backfill is True
