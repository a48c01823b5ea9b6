"""Which bodies Scribe takes: the `event_create_params` schema, and what its descriptions add."""

import re
from typing import Any

import msgspec

from bowerbird.collector.dialects.fields import SCALARS, Issues, fits, number
from bowerbird.collector.json_body import as_object, decode_json, has_long_number
from bowerbird.event import VALUE_DIGITS

IDENTIFY = "$identify"

_Scalar = str | int | float | bool | None


class Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `event` object of a body that breaks no rule: `event_create_params` of the OpenAPI document."""

    name: str
    value: int | float | msgspec.UnsetType = msgspec.UNSET
    currency: str = ""
    click_id: str = ""
    event_id: str = ""
    properties: dict[str, _Scalar] = {}
    anonymous_id: str = ""
    user_id: str = ""
    traits: dict[str, _Scalar] = {}


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    event: Sent


_decoder = msgspec.json.Decoder(_Body)

_KINDS: dict[str, type] = {
    "name": str,
    "value": float,
    "currency": str,
    "click_id": str,
    "event_id": str,
    "properties": dict,
    "anonymous_id": str,
    "user_id": str,
    "traits": dict,
}
_NAMES = {str: "a string", float: "a number", dict: "an object"}
_FLAT = SCALARS | {type(None)}
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def read(body: bytes) -> Sent:
    """The body's event. Raises `Refused` with every rule that the body breaks.

    Most bodies break none, and are decoded straight into what they should be. Only one that does not fit is looked
    at closely, to say what is wrong with it.
    """
    try:
        sent = _decoder.decode(body).event
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_closely(body)
    if has_long_number(body) or not _complete(sent):
        return _read_closely(body)
    return sent


def _complete(sent: Sent) -> bool:
    if sent.currency and not _CURRENCY.fullmatch(sent.currency):
        return False
    if sent.value is not msgspec.UNSET and not fits(sent.value):
        return False
    return bool(sent.name.strip() and (sent.name != IDENTIFY or sent.user_id.strip()))


def _read_closely(body: bytes) -> Sent:
    event = checked(decode_json(body))
    if "value" in event:
        event["value"] = number(event["value"])
    return Sent(**event)


def checked(body: Any) -> dict[str, Any]:
    """The `event` object. Raises `Refused` with every rule that the body breaks."""
    issues = Issues()
    root = as_object(body)
    event = root.get("event")
    if type(event) is dict:
        _check_event(event, issues)
    elif "event" in root:
        issues.add("event", "invalid_type", "Event must be an object.")
    else:
        issues.add("event", "blank", "Event can't be blank.", missing=("event",))
    for field in root:
        if field != "event":
            issues.add(field, "unknown", f"{_label(field)} is not a known field.")
    issues.refuse_any()
    return event  # type: ignore[return-value]  # anything but an object has just been refused


def _check_event(event: dict[str, Any], issues: Issues) -> None:
    _require(event, "name", issues)
    if event.get("name") == IDENTIFY:
        _require(event, "user_id", issues)
    for field, value in event.items():
        kind = _KINDS.get(field)
        if kind is None:
            issues.add(f"event.{field}", "unknown", f"{_label(field)} is not a known field.")
        elif type(value) is not kind and (kind is not float or number(value) is None):
            issues.add(f"event.{field}", "invalid_type", f"{_label(field)} must be {_NAMES[kind]}.")
        elif kind is dict:
            _check_flat(field, value, issues)
        elif kind is float and not fits(number(value) or 0):
            issues.add(f"event.{field}", "invalid", f"{_label(field)} must have at most {VALUE_DIGITS} digits.")
        elif field == "currency" and value and not _CURRENCY.fullmatch(value):
            issues.add("event.currency", "invalid", "Currency must be a three-letter ISO 4217 code.")


def _require(event: dict[str, Any], field: str, issues: Issues) -> None:
    value = event.get(field, "")
    if type(value) is str and not value.strip():
        missing = () if field in event else (field,)
        issues.add(f"event.{field}", "blank", f"{_label(field)} can't be blank.", missing)


def _check_flat(field: str, bag: dict[str, Any], issues: Issues) -> None:
    for name, value in bag.items():
        if type(value) not in _FLAT:
            issues.add(f"event.{field}.{name}", "not_scalar", f"{name} must be a string, number, boolean or null.")


def _label(field: str) -> str:
    return field.replace("_", " ").capitalize()
