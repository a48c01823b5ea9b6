"""Rows as Arrow tables, column by column, as DuckDB takes them in."""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec
from arro3.core import Table

from bowerbird.errors import WarehouseRejectedError
from bowerbird.event import Event
from bowerbird.person_ids import numbers_of
from bowerbird.warehouse.base import Row
from bowerbird.warehouse.columns import table
from bowerbird.warehouse.event_ids import split_all
from bowerbird.warehouse.schema import INTEGERS, TEXT

_FIELDS = tuple((name, attrgetter(name)) for name in TEXT)
_encode = msgspec.json.Encoder().encode

UNFIT = (TypeError, ValueError, OverflowError, RecursionError)
FARTHEST = 9_200_000_000_000_000_000
"""µs from the epoch; DuckDB knows times a little beyond."""
_DECIMALS = 9
_MOST_DIGITS = 29
"""Digits before the point; `value` is DECIMAL(38, 9)."""
_LONGEST = 400
"""Digits behind the point that `value_exact` holds; a double needs at most 341 in decimal."""

STORED = """
    INSERT INTO hot BY NAME
    SELECT * REPLACE (make_timestamp(occurred_at) AS occurred_at)
    FROM batch"""
OTHERS = """
    INSERT INTO others BY NAME
    SELECT * REPLACE (make_timestamp(occurred_at) AS occurred_at, make_timestamp(received_at) AS received_at)
    FROM batch"""


def stored_table(rows: Sequence[Row]) -> Table:
    """Columns of `hot`, but those that are NULL in all rows. Times are µs, decimals text; DuckDB casts them.

    Raises one of `UNFIT` when a row cannot be stored.
    """
    events = [row.event for row in rows]
    columns = _shared(rows, events)
    times, lows = split_all([event.event_id for event in events])
    columns["id_time"] = times
    columns["id_low"] = lows
    columns["id_ahead"] = [time - event.received_at for time, event in zip(times, events, strict=True)]
    columns["properties"] = [_encode(event.properties).decode() for event in events]
    columns["traits"] = [_encode(event.traits).decode() if event.traits else None for event in events]
    columns["context"] = [_encode(event.context).decode() if event.context else None for event in events]
    return table(columns, INTEGERS)


def other_table(rows: Sequence[Row]) -> Table:
    """Columns of `others`, but those that are NULL in all rows. Raises one of `UNFIT` when a row cannot be stored."""
    events = [row.event for row in rows]
    columns = _shared(rows, events)
    columns["event_id"] = [event.event_id for event in events]
    columns["received_at"] = [event.received_at for event in events]
    columns["outcome"] = [row.outcome for row in rows]
    columns["duplicate_of"] = [row.duplicate_of for row in rows]
    return table(columns, INTEGERS)


def rejection(rows: Sequence[Row], problem: Exception) -> WarehouseRejectedError:
    """Tries the rows one by one, to say which of them cannot be stored."""
    unfit = {row.event.event_id: f"cannot be stored: {why}" for row in rows if (why := _unfit(row)) is not None}
    return WarehouseRejectedError(
        next(iter(unfit.values()), f"cannot be stored: {problem}"),
        unfit,
        "Each such event goes to quarantine; retry it once its value can be stored.",
    )


def refuse_unfit(rows: Sequence[Row]) -> None:
    """Raises `WarehouseRejectedError` when rows cannot be stored, without storing any."""
    if any(_unfit(row) for row in rows):
        raise rejection(rows, ValueError())


def _unfit(row: Row) -> Exception | None:
    try:
        (stored_table if row.outcome == "stored" else other_table)([row])
        for time in (row.event.occurred_at, row.event.received_at):
            if abs(time) > FARTHEST:
                raise ValueError(f"time {time} is too far away")
    except UNFIT as error:
        return error
    return None


def decimal_text(value: Decimal) -> str:
    """Digits without exponent and without trailing zeros: `19.99`, `100`, `0`."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shared(rows: Sequence[Row], events: Sequence[Event]) -> dict[str, Sequence[Any]]:
    positions = [row.position for row in rows]
    values = [event.value for event in events]
    columns: dict[str, Sequence[Any]] = {name: list(map(field, events)) for name, field in _FIELDS}
    columns["person"] = _people([row.person_id for row in rows])
    columns["partition"] = [position[0] for position in positions]
    columns["offset"] = [position[1] for position in positions]
    columns["index"] = [position[2] for position in positions]
    columns["occurred_at"] = [event.occurred_at for event in events]
    columns["value"] = [None if value is None else _rounded(value) for value in values]
    columns["value_exact"] = [None if value is None else _exact(value) for value in values]
    return columns


def _rounded(value: Decimal) -> str:
    if not value.is_finite() or value.adjusted() >= _MOST_DIGITS:
        raise ValueError(f"value {value} has more than {_MOST_DIGITS} digits before the point")
    return str(value)


def _exact(value: Decimal) -> str | None:
    """All digits of a value that DuckDB would round."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -_DECIMALS:
        return None
    if exponent < -_LONGEST:
        raise ValueError(f"value {value} has more than {_LONGEST} digits behind the point")
    return decimal_text(value)


def _people(person_ids: Sequence[str | None]) -> Sequence[int | None]:
    known = [each for each in person_ids if each is not None]
    numbers = numbers_of(known)
    if len(known) == len(person_ids):
        return numbers
    following = iter(numbers)
    return [None if each is None else next(following) for each in person_ids]
