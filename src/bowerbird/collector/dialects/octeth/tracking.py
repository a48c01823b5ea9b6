"""`POST /api/v1/event`: one event of a list, and the identify event that a new e-mail brings along."""

import re
from decimal import Context, Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from bowerbird.collector.dialects.base import Parsed, Request
from bowerbird.collector.dialects.fields import context_of, decimal, fits, number, written_out
from bowerbird.collector.dialects.octeth.parameters import list_number
from bowerbird.event import VALUE_DIGITS, Event, Kind
from bowerbird.refusals import Issue, Reason, Refused
from bowerbird.registry.base import Principal, Workspace

LIST_INVALID = Issue("ListID", "4", "Invalid ListID parameter")
EVENT_MISSING = Issue("Event", "5", "Missing event parameter.")
EMAIL_MISSING = Issue("Email", "6", "Missing email parameter.")
EMAIL_INVALID = Issue("Email", "7", "Invalid email parameter.")
CONVERSION_ID = Issue("Properties.conversion-id", "8", "Missing conversion-id event property.")
CONVERSION_NAME = Issue("Properties.conversion-name", "9", "Missing conversion-name event property.")
CONVERSION_VALUE = Issue("Properties.conversion-value", "10", "Missing conversion-value event property.")
ID_INVALID = Issue("ID", "422", "Invalid ID parameter.")
PROPERTIES_INVALID = Issue("Properties", "422", "Invalid properties parameter.")

KINDS: dict[str, Kind] = {
    "conversion": "conversion",
    "identify": "identify",
    "pageView": "page",
    "pageview": "page",
}
EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@[^\s@<>(),;:\"\[\]\\.]+(?:\.[^\s@<>(),;:\"\[\]\\.]+)+")
LONGEST_EMAIL = 254
_EXACTLY = Context(prec=400)
AMOUNT = re.compile(r"\s*[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][+-]?\d{1,2})?\s*", re.ASCII)
"""What PHP, in which the vendor's plugins are written, takes for a number."""


class Tracked(NamedTuple):
    """What the answer to an event needs."""

    event_id: str
    external_id: str
    identify: bool


class Conversion(NamedTuple):
    order_id: str
    name: str
    value: Decimal


class Sent(NamedTuple):
    """The parameters of an event, read and found right."""

    list_id: str
    name: str
    email: str | None
    user_id: str | None
    properties: dict[str, Any]
    conversion: Conversion | None


def track(request: Request, parameters: dict[str, Any], principal: Principal) -> Parsed:
    """Raises `Refused` with an issue for every code of the vendor's table that applies."""
    sent = _read(parameters, principal.workspace)
    event_id = request.new_id(request.received_at)
    tracked = Tracked(event_id, sent.user_id or request.new_id(request.received_at), sent.name == "identify")
    if sent.properties.get("isTest") is True:
        return Parsed(answer=tracked._replace(identify=False))
    event = _event(request, principal, sent, event_id)
    if sent.email is None:
        return Parsed((event,), tracked)
    subscriber = (sent.list_id, sent.email.lower())
    return Parsed((event,), tracked, subscriber=subscriber, newcomer=_newcomer(event, subscriber, request))


def _event(request: Request, principal: Principal, sent: Sent, event_id: str) -> Event:
    conversion = sent.conversion
    return Event(
        workspace=principal.workspace.name,
        event_id=event_id,
        dialect="octeth",
        kind=KINDS.get(sent.name, "track"),
        name=conversion.name if conversion else sent.name,
        occurred_at=request.received_at,
        received_at=request.received_at,
        key_id=principal.key_id,
        user_id=sent.user_id,
        email=sent.email,
        list_id=sent.list_id,
        value=conversion.value if conversion else None,
        currency=principal.workspace.settings.currency if conversion else None,
        order_id=conversion.order_id if conversion else None,
        dedupe_key=_telling(sent.list_id, conversion) if conversion else None,
        properties=sent.properties,
        traits=sent.properties if sent.name == "identify" else {},
        context=context_of(request),
    )


def _telling(list_id: str, conversion: Conversion) -> str:
    """The same for a conversion that is told again, and not for its refund, which has another value or name. Where a
    colon is part of them, lengths say whose it is; all other keys are as they were before there were lengths."""
    order_id, name = conversion.order_id, conversion.name
    if ":" in order_id or ":" in name:
        order_id, name = f"{len(order_id)}:{order_id}", f"{len(name)}:{name}"
    return f"conversion:{list_id}:{order_id}:{name}:{_EXACTLY.normalize(conversion.value) or 0}"


def _newcomer(event: Event, subscriber: tuple[str, str], request: Request) -> Event | None:
    """The identify event of an e-mail that is new to the list. As with the vendor, it carries the properties of the
    event that brought the e-mail; they say nothing about the person, so they are no traits."""
    if event.kind == "identify":
        return None
    return replace(
        event,
        event_id=request.new_id(request.received_at),
        kind="identify",
        name="identify",
        value=None,
        currency=None,
        order_id=None,
        dedupe_key="newcomer:" + ":".join(subscriber),
    )


def _read(sent: dict[str, Any], workspace: Workspace) -> Sent:
    issues: list[Issue] = []
    list_id = list_number(sent.get("listid"))
    if list_id not in workspace.lists:
        issues.append(LIST_INVALID)
    name = sent.get("event")
    if type(name) is not str or not name.strip():
        name = ""
        issues.append(EVENT_MISSING)
    email = _email(sent.get("email"), issues)
    if email is None and (name == "identify" or workspace.settings.octeth_email == "required"):
        issues.append(EMAIL_MISSING)
    properties = _properties(sent.get("properties"), issues)
    conversion = _conversion(properties, issues) if name == "conversion" else None
    user_id = _user_id(sent.get("id"), issues)
    if issues:
        raise Refused(Reason.INVALID, issues=tuple(issues))
    return Sent(list_id or "", name, email, user_id, properties, conversion)


def _email(value: Any, issues: list[Issue]) -> str | None:
    """The address, '' where it is invalid, None where there is none."""
    if value is None or value == "":
        return None
    address = value.strip() if type(value) is str else ""
    if len(address) > LONGEST_EMAIL or not EMAIL.fullmatch(address):
        issues.append(EMAIL_INVALID)
        return ""
    return address


def _user_id(value: Any, issues: list[Issue]) -> str | None:
    user_id = written_out(value)
    if user_id is None and value is not None and type(value) is not str:
        issues.append(ID_INVALID)
    return user_id


def _properties(value: Any, issues: list[Issue]) -> dict[str, Any]:
    if type(value) is dict:
        return value
    if value is not None and value != []:  # PHP writes an empty object as []
        issues.append(PROPERTIES_INVALID)
    return {}


def _conversion(properties: dict[str, Any], issues: list[Issue]) -> Conversion | None:
    """Unlike all other properties, these three are the vendor's parameters, so the case of their names is free."""
    named = {name.lower(): value for name, value in properties.items()} | properties
    order_id, name = written_out(named.get("conversion-id")), written_out(named.get("conversion-name"))
    value = _amount(named.get("conversion-value"))
    if order_id is None:
        issues.append(CONVERSION_ID)
    if name is None:
        issues.append(CONVERSION_NAME)
    if value is None:
        issues.append(CONVERSION_VALUE)
    if order_id is None or name is None or value is None:
        return None
    return Conversion(order_id, name, value)


def _amount(value: Any) -> Decimal | None:
    """A number, or a string of nothing but one, as PHP's forms send it."""
    known = number(value)
    if known is not None:
        return decimal(known) if fits(known) else None
    amount = Decimal(value.strip()) if type(value) is str and AMOUNT.fullmatch(value) else None
    if amount is not None and not amount:
        return Decimal()  # 0e99 has 99 digits
    return amount if amount is not None and amount.adjusted() < VALUE_DIGITS else None
