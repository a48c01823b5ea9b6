"""Which bodies Flywheel takes: the `PostEventRequest` schema. It allows fields that it does not name."""

import re
from typing import Any, NamedTuple

from bowerbird.collector.dialects.fields import SCALARS, Issues, iso_micros
from bowerbird.collector.json_body import as_object

_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_TEXTS = ("user_id", "event_id", "anonymous_id")
_FIELDS = frozenset((*_TEXTS, "event", "timestamp", "properties", "identify"))


class Sent(NamedTuple):
    """The `event` object after the rules."""

    event: dict[str, Any]
    occurred_at: int | None
    extra: dict[str, Any]
    """Fields that the schema does not name."""


def checked(body: Any) -> Sent:
    """Raises `Refused` with every rule that the body breaks."""
    issues = Issues()
    event = as_object(body).get("event")
    if type(event) is not dict:
        issues.add("event", "type", "event must be an object" if event is not None else "event is required")
        event = {}
    else:
        _check_name(event, issues)
    for field in _TEXTS:
        if type(event.get(field, "")) is not str:
            issues.add(f"event.{field}", "type", f"{field} must be a string")
    if type(event.get("identify", False)) is not bool:
        issues.add("event.identify", "type", "identify must be a boolean")
    _check_properties(event.get("properties", {}), issues)
    occurred_at = _read_timestamp(event, issues)
    issues.refuse_any()
    extra = {} if event.keys() <= _FIELDS else {name: event[name] for name in event.keys() - _FIELDS}
    return Sent(event, occurred_at, extra)


def _check_name(event: dict[str, Any], issues: Issues) -> None:
    name = event.get("event")
    if name is None or name == "":
        issues.add("event.event", "required", "event name is required")
    elif type(name) is not str:
        issues.add("event.event", "type", "event name must be a string")
    elif not _NAME.fullmatch(name):
        issues.add("event.event", "pattern", "event name may only have letters, digits, underscores and hyphens")


def _check_properties(properties: Any, issues: Issues) -> None:
    if type(properties) is not dict:
        issues.add("event.properties", "type", "properties must be an object")
        return
    for name, value in properties.items():
        if type(value) not in SCALARS:
            issues.add(f"event.properties.{name}", "type", f"properties.{name} must be a string, number or boolean")


def _read_timestamp(event: dict[str, Any], issues: Issues) -> int | None:
    if "timestamp" not in event:
        return None
    text = event["timestamp"]
    occurred_at = iso_micros(text) if type(text) is str else None
    if occurred_at is None:
        issues.add("event.timestamp", "format", "timestamp must be an ISO 8601 date and time with timezone offset")
    return occurred_at
