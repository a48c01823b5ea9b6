"""What the vendors' clients send: paths, credentials and bodies, as their documents show them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from bowerbird.clock import SECOND
from bowerbird.demo.people import Person

FLAT, NESTED = "2023-01-24", "2024-10-15"
"""Klaviyo's revisions before and after its bodies got their second shape."""

ACCEPTED = frozenset((200, 201, 202))
_JSON = {"Content-Type": "application/json"}


class Message(NamedTuple):
    """A request before it is known who sends it."""

    dialect: str
    body: dict[str, Any]
    repeatable: bool = False
    """It names its occurrence, so that sending it again changes nothing."""
    revision: str = FLAT


class Addressed(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: bytes


class Sender:
    """Whoever shows this key. `list_id` is Octeth's."""

    def __init__(self, key: str, list_id: str) -> None:
        self._octeth = {"APIKey": key, "ListID": int(list_id) if list_id else 0}
        klaviyo = _JSON | {"Authorization": f"Klaviyo-API-Key {key}"}
        self._shown: Mapping[tuple[str, str], tuple[str, dict[str, str]]] = MappingProxyType(
            {
                ("scribe", FLAT): ("/v1/analytics/events", _JSON | {"Authorization": f"Bearer {key}"}),
                ("klaviyo", FLAT): ("/api/events/", klaviyo | {"revision": FLAT}),
                ("klaviyo", NESTED): ("/api/events/", klaviyo | {"revision": NESTED}),
                ("flywheel", FLAT): ("/v1/events", _JSON | {"Authorization": key, "Auth-Type": "api"}),
                ("successeve", FLAT): (f"/v1/track/event?api_token={key}", _JSON),
                ("octeth", FLAT): ("/api/v1/event", _JSON),
            }
        )

    def address(self, message: Message) -> Addressed:
        path, headers = self._shown[message.dialect, message.revision]
        body = self._octeth | message.body if message.dialect == "octeth" else message.body
        return Addressed(path, headers, msgspec.json.encode(body))


def scribe(who: Person, name: str, known: bool, **fields: Any) -> Message:
    """An event of a visitor, or, where they are `known`, of a user. Scribe's events happen when they are sent."""
    user = {"user_id": f"user-{who.name}"} if known else {}
    return Message(
        "scribe", {"event": {"name": name, "anonymous_id": who.browser, **user, **fields}}, "event_id" in fields
    )


def flywheel(who: Person, name: str, at: int, properties: dict[str, Any], **fields: Any) -> Message:
    event = {"event": name, "user_id": f"user-{who.name}", "timestamp": _iso(at), "properties": properties, **fields}
    return Message("flywheel", {"event": event}, "event_id" in fields)


def klaviyo(who: Person, metric: str, at: int, properties: dict[str, Any], **fields: Any) -> Message:
    """In the shape that the person's shop was built for. A repeat is one event: its time, if nothing else, names it."""
    nested = len(who.email) % 2 == 0
    attributes = {
        "profile": _nested_profile(who) if nested else _flat_profile(who),
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}} if nested else {"name": metric},
        "properties": properties,
        "time": _iso(at),
        **fields,
    }
    if nested and "value" in fields:
        attributes["value_currency"] = who.currency
    body = {"data": {"type": "event", "attributes": attributes}}
    return Message("klaviyo", body, True, NESTED if nested else FLAT)


def successeve(who: Person, name: str, at: int, **params: Any) -> Message:
    account = {"account_uid": who.account} if who.account else {}
    body = {"contact_uid": f"user-{who.name}", "event_uid": name, "created_at": at // SECOND}
    return Message("successeve", body | {"params": {**account, **params}})


def octeth(who: Person, name: str, **properties: Any) -> Message:
    """An event of a newsletter's reader; Octeth's events happen when they are sent."""
    body = {"ID": f"user-{who.name}", "Event": name, "Email": who.email, "Properties": properties}
    return Message("octeth", body, "conversion-id" in properties)


def _flat_profile(who: Person) -> dict[str, Any]:
    phone = {"$phone_number": who.phone} if who.phone else {}
    return {
        "$email": who.email,
        "$first_name": who.first_name,
        "$last_name": who.last_name,
        "$country": who.country,
        **phone,
    }


def _nested_profile(who: Person) -> dict[str, Any]:
    phone = {"phone_number": who.phone} if who.phone else {}
    attributes = {
        "email": who.email,
        "first_name": who.first_name,
        "last_name": who.last_name,
        "location": {"country": who.country},
        **phone,
    }
    return {"data": {"type": "profile", "attributes": attributes}}


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
