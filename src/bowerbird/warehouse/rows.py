"""Rows as Arrow tables, column by column, as DuckDB takes them in."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple

from bowerbird.errors import WarehouseRejectedError
from bowerbird.event import VALUE_DIGITS, Event
from bowerbird.person_ids import numbers_of
from bowerbird.warehouse.base import Row
from bowerbird.warehouse.columns import Columns, columns
from bowerbird.warehouse.event_ids import split_all
from bowerbird.warehouse.schema import INTEGERS, TEXT

_FIELDS = Event.__struct_fields__
_encode_lines = msgspec.json.Encoder().encode_lines

Values = dict[str, Sequence[Any]]

UNFIT = (TypeError, ValueError, OverflowError, RecursionError)
FARTHEST = 9_200_000_000_000_000_000
"""µs from the epoch; DuckDB knows times a little beyond."""
_DECIMALS = 9
_LONGEST = 400
"""Digits behind the point that `value_exact` holds; a double needs at most 341 in decimal."""


class Handful(NamedTuple):
    """Columns of rows for each of the two tables, where there are any."""

    stored: Columns | None
    others: Columns | None


def pack(rows: Sequence[Row]) -> Handful:
    """Raises `WarehouseRejectedError` when a row cannot be stored, naming all those."""
    stored = [row for row in rows if row.outcome == "stored"]
    others = [row for row in rows if row.outcome != "stored"] if len(stored) < len(rows) else None
    try:
        return Handful(_stored(stored) if stored else None, _others(others) if others else None)
    except UNFIT as problem:
        raise rejection(rows, problem) from problem


def _stored(rows: Sequence[Row]) -> Columns:
    """Columns of `hot`, but those that are NULL in all rows. Times are µs, decimals text; DuckDB casts them.

    Raises one of `UNFIT` when a row cannot be stored.
    """
    events, values = _shared(rows)
    times, lows = split_all(events["event_id"])
    values["id_time"] = times
    values["id_low"] = lows
    values["id_ahead"] = [time - received for time, received in zip(times, events["received_at"], strict=True)]
    values["properties"] = _json(events["properties"])
    for name in ("traits", "context"):
        if any(events[name]):
            encoded = _json(events[name])
            values[name] = [text if text != "{}" else None for text in encoded]
    return columns(values, INTEGERS)


def _others(rows: Sequence[Row]) -> Columns:
    """Columns of `others`, but those that are NULL in all rows. Raises one of `UNFIT` when a row cannot be stored."""
    events, values = _shared(rows)
    values["event_id"] = events["event_id"]
    values["received_at"] = events["received_at"]
    values["outcome"] = [row.outcome for row in rows]
    values["duplicate_of"] = [row.duplicate_of for row in rows]
    return columns(values, INTEGERS)


def rejection(rows: Sequence[Row], problem: Exception) -> WarehouseRejectedError:
    """Tries the rows one by one, to say which of them cannot be stored."""
    unfit = {row.event.event_id: f"cannot be stored: {why}" for row in rows if (why := _unfit(row)) is not None}
    return WarehouseRejectedError(
        next(iter(unfit.values()), f"cannot be stored: {problem}"),
        unfit,
        "Each such event goes to quarantine; retry it once its value can be stored.",
    )


def _unfit(row: Row) -> Exception | None:
    try:
        (_stored if row.outcome == "stored" else _others)([row])
    except UNFIT as error:
        return error
    return None


def decimal_text(value: Decimal) -> str:
    """Digits without exponent and without trailing zeros: `19.99`, `100`, `0`."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shared(rows: Sequence[Row]) -> tuple[Values, Values]:
    """The events' fields, and of those the columns that both tables have."""
    fields: Values = dict(zip(_FIELDS, zip(*[astuple(row.event) for row in rows], strict=True), strict=True))
    for name in ("occurred_at", "received_at"):
        _refuse_far(fields[name])
    positions = [row.position for row in rows]
    values = {name: fields[name] for name in TEXT}
    values["person"] = _people([row.person_id for row in rows])
    values["partition"] = [position.partition for position in positions]
    values["offset"] = [position.offset for position in positions]
    values["index"] = [position.index for position in positions]
    values["occurred_at"] = fields["occurred_at"]
    values["value"] = [None if value is None else _rounded(value) for value in fields["value"]]
    values["value_exact"] = [None if value is None else _exact(value) for value in fields["value"]]
    return fields, values


def _json(objects: Sequence[Any]) -> list[str]:
    """JSON has no line breaks but within strings, where they are escaped."""
    return _encode_lines(objects).decode().split("\n")[: len(objects)]


def _refuse_far(times: Sequence[int]) -> None:
    for time in (min(times), max(times)):
        if abs(time) > FARTHEST:
            raise ValueError(f"time {time} is too far away")


def _rounded(value: Decimal) -> str:
    if not value.is_finite() or value.adjusted() >= VALUE_DIGITS:
        raise ValueError(f"value {value} has more than {VALUE_DIGITS} digits before the point")
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
