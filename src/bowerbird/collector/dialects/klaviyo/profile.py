"""The person of an event, in the flat shape (`$email`, `$first_name`, …) and in the nested one."""

from typing import Any

import msgspec

from bowerbird.collector.dialects.fields import Issues
from bowerbird.collector.dialects.klaviyo.identifiers import AT, Identifiers
from bowerbird.collector.dialects.klaviyo.resources import (
    INVALID,
    attributes,
    refuse_unknown,
    related_data,
)

_TEXTS = frozenset(("first_name", "last_name", "organization", "locale", "title", "image"))
_PLACE_TEXTS = frozenset(("address1", "address2", "city", "country", "region", "zip", "timezone", "ip"))
_COORDINATES = frozenset(("latitude", "longitude"))
_PLACE = _PLACE_TEXTS | _COORDINATES

_KINDS = ("email", "phone_number", "external_id", "anonymous_id", "_kx")
_ATTRIBUTES = frozenset(_KINDS) | _TEXTS | {"location", "properties"}
_FLAT_KINDS = {
    "$email": "email",
    "$phone_number": "phone_number",
    "$id": "external_id",
    "$anonymous": "anonymous_id",
    "$exchange_id": "_kx",
}
_FLAT_SPECIAL = {f"${name}": name for name in _TEXTS | _PLACE}


class Profile(msgspec.Struct):
    """`identifiers` under the nested shape's names, and `id` for Klaviyo's own profile id."""

    identifiers: dict[str, str]
    traits: dict[str, Any]
    meta: dict[str, Any] | None = None


def flat_profile(sent: Any, issues: Issues) -> Profile:
    """Of `{"$email": …, "$first_name": …, "any other key": …}`. Special fields lose their `$`, as far as the nested
    shape has them, so that both shapes write the same traits; every other key is a trait as it stands."""
    if type(sent) is not dict:
        issues.add(AT, INVALID, "'profile' must be an object.")
        return Profile({}, {})
    read = Identifiers(AT, issues)
    custom: dict[str, Any] = {}
    special: dict[str, Any] = {}
    for name, value in sent.items():
        if name[:1] != "$":
            custom[name] = value
        elif name in _FLAT_KINDS:
            read.add(_FLAT_KINDS[name], name, _whole(value) if name == "$id" else value)
        elif name in _FLAT_SPECIAL:
            special[_FLAT_SPECIAL[name]] = _checked(name, value, AT, issues)
        else:
            custom[name] = _consent(value, issues) if name == "$consent" else value
    data = sent.get("data")
    if type(data) is dict and data.get("type") == "profile":
        issues.add(AT + "/data", INVALID, "'data' is not a valid field for the resource 'profile'.")
    read.require_one()
    return Profile(read.found, custom | special if special else custom)


def nested_profile(sent: Any, issues: Issues) -> Profile:
    """Of `{"data": {"type": "profile", "id"?, "attributes": {…}, "meta"?}}`."""
    data = related_data(sent, "profile", AT, issues)
    at = AT + "/data/attributes"
    fields = attributes(data, "profile", AT + "/data", issues) or {}
    refuse_unknown(fields, _ATTRIBUTES, "profile", at, issues)
    read = Identifiers(at, issues)
    for name in _KINDS:
        if name in fields:
            read.add(name, name, fields[name])
    if "id" in data:
        read.at = AT + "/data"
        read.add("id", "id", data["id"])
    traits = dict(_object("properties", fields, at, issues))
    for name, value in fields.items():
        if name in _TEXTS:
            traits[name] = value if type(value) is str else _checked(name, value, at, issues)
    place = _object("location", fields, at, issues)
    refuse_unknown(place, _PLACE, "profile", at + "/location", issues)
    for name, value in place.items():
        if name in _PLACE:
            traits[name] = value if type(value) is str else _checked(name, value, at + "/location", issues)
    if data:
        read.require_one()
    return Profile(read.found, traits, _object("meta", data, AT + "/data", issues) or None)


def _whole(value: Any) -> Any:
    """A whole number as its digits: senders give numeric ids, and one of Klaviyo's clients makes them floats."""
    if type(value) is int:
        return str(value)
    if type(value) is float and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return value


def _checked(name: str, value: Any, at: str, issues: Issues) -> Any:
    kind = type(value)
    if kind is str or value is None:
        return value
    if name.removeprefix("$") not in _COORDINATES:
        issues.add(f"{at}/{name}", INVALID, f"'{name}' must be a string.")
    elif kind is not int and kind is not float:
        issues.add(f"{at}/{name}", INVALID, f"'{name}' must be a number or a string.")
    return value


def _consent(value: Any, issues: Issues) -> Any:
    if value is not None and (type(value) is not list or any(type(channel) is not str for channel in value)):
        issues.add(AT + "/$consent", INVALID, "'$consent' must be a list of strings.")
    return value


def _object(name: str, parent: dict[str, Any], at: str, issues: Issues) -> dict[str, Any]:
    value = parent.get(name)
    if type(value) is dict:
        return value
    if value is not None:
        issues.add(f"{at}/{name}", INVALID, f"'{name}' must be an object.")
    return {}
