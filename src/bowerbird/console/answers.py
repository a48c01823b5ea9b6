"""How answers are written: rows become JSON bytes at once, without a model per row."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from starlette.responses import JSONResponse

from bowerbird.console.masks import Masks
from bowerbird.warehouse.base import StoredEvent

_EPOCH = datetime(1970, 1, 1)  # naive on purpose: the text ends with Z
_FIRST = -62_135_596_800_000_000
_LAST = 253_402_300_799_999_999

_SENT = ("user_id", "anonymous_id", "email", "phone", "account_id", "order_id", "click_id", "value", "currency")
"""Columns that a sender's property of the same name may have filled."""


class Json(JSONResponse):
    """An answer of ready JSON bytes. Never cached: what it says is somebody's, and of this moment."""

    def __init__(self, content: bytes, status_code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(content, status_code, {"Cache-Control": "no-store", **(headers or {})})

    def render(self, content: bytes) -> bytes:
        return content


class EventRow(msgspec.Struct, frozen=True):
    """A stored event as lists show it. `value` keeps all its digits: it is the decimal's own text."""

    event_id: str
    dialect: str
    kind: str
    name: str
    occurred_at: str
    received_at: str
    person_id: str | None
    user_id: str | None
    anonymous_id: str | None
    email: str | None
    account_id: str | None
    list_id: str | None
    value: msgspec.Raw | None
    currency: str | None
    click_id: str | None
    properties: dict[str, Any]


def json(document: Any, status: int = 200) -> Json:
    return Json(msgspec.json.encode(document), status)


def iso(micros: int) -> str:
    """ISO 8601 in UTC with six decimals; times outside the years 1 to 9999 become the first or the last of them."""
    at = _EPOCH + timedelta(microseconds=min(max(micros, _FIRST), _LAST))
    return f"{at.isoformat(timespec='microseconds')}Z"


def maybe_iso(micros: int | None) -> str | None:
    return None if micros is None else iso(micros)


def event_rows(events: Sequence[StoredEvent], roots: Mapping[str, str], masks: Masks) -> list[Any]:
    """As `EventRow`. `roots`: the person after merges, by the person id of the row."""
    rows = [_row(event, roots) for event in events]
    if not masks.hide_something:
        return rows
    return [_masked(msgspec.structs.asdict(row), masks) for row in rows]


def event_detail(event: StoredEvent, roots: Mapping[str, str], masks: Masks) -> dict[str, Any]:
    """One event with everything that is known of it."""
    row = {
        **msgspec.structs.asdict(_row(event, roots)),
        "workspace": event.workspace,
        "outcome": event.outcome,
        "duplicate_of": event.duplicate_of,
        "phone": event.phone,
        "order_id": event.order_id,
        "source_id": event.source_id,
        "key_id": event.key_id,
        "traits": masks.named(event.traits),
        "context": event.context,
        "position": msgspec.structs.asdict(event.position),
    }
    return _masked(row, masks)


def _masked(row: dict[str, Any], masks: Masks) -> dict[str, Any]:
    told = masks.named({name: row[name] for name in _SENT if name in row})
    return row | told | {"properties": masks.properties(row["name"], row["properties"])}


def _row(event: StoredEvent, roots: Mapping[str, str]) -> EventRow:
    return EventRow(
        event_id=event.event_id,
        dialect=event.dialect,
        kind=event.kind,
        name=event.name,
        occurred_at=iso(event.occurred_at),
        received_at=iso(event.received_at),
        person_id=None if event.person_id is None else roots.get(event.person_id, event.person_id),
        user_id=event.user_id,
        anonymous_id=event.anonymous_id,
        email=event.email,
        account_id=event.account_id,
        list_id=event.list_id,
        value=None if event.value is None else msgspec.Raw(event.value.encode()),
        currency=event.currency,
        click_id=event.click_id,
        properties=event.properties,
    )


def instant(text: str) -> int:
    """µs of an ISO 8601 time (no offset: UTC), or of a unix time in seconds, ms or µs. Raises `ValueError`."""
    try:
        number = float(text)
    except ValueError:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    if not abs(number) < 1e18:
        raise ValueError(f"{text} is no time")
    if abs(number) < 1e11:
        return round(number * 1_000_000)
    if abs(number) < 1e14:
        return round(number * 1_000)
    return int(text) if text.lstrip("-").isdecimal() else round(number)
