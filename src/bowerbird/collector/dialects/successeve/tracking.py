"""One event or page view of a contact."""

import re
from typing import Any

from bowerbird.clock import SECOND
from bowerbird.collector.dialects.base import Request
from bowerbird.collector.dialects.fields import Issues, context_of, filled, iso_micros, number, written_out
from bowerbird.collector.json_body import as_object
from bowerbird.event import Event
from bowerbird.registry.base import Principal

PAGEVIEW = "pageview"
SNAKE_CASE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*", re.ASCII)
LATEST_SECOND = 253_402_300_799
"""The end of the year 9999."""


def track(body: Any, request: Request, principal: Principal) -> Event:
    """Raises `Refused` (BODY_NOT_OBJECT, or INVALID with every field that is wrong)."""
    sent = as_object(body)
    issues = Issues()
    contact = _contact(sent.get("contact_uid"), issues)
    params = _params(sent.get("params"), issues)
    name = _name(sent.get("event_uid"), params, issues)
    account = _account(params.get("account_uid"), issues)
    occurred_at = _occurred_at(sent.get("created_at"), request.received_at, issues)
    issues.refuse_any()
    return Event(
        workspace=principal.workspace.name,
        event_id=request.new_id(request.received_at),
        dialect="successeve",
        kind="page" if name == PAGEVIEW else "track",
        name=name,
        occurred_at=occurred_at,
        received_at=request.received_at,
        key_id=principal.key_id,
        user_id=contact,
        account_id=account,
        properties=params,
        context=context_of(request),
    )


def _contact(value: Any, issues: Issues) -> str | None:
    contact = written_out(value)
    if contact is None and (value is None or type(value) is str):
        issues.add("contact_uid", "required", "contact_uid is required")
    elif contact is None:
        issues.add("contact_uid", "invalid", "contact_uid must be a string or a number")
    return contact


def _name(value: Any, params: dict[str, Any], issues: Issues) -> str:
    """The event's name; without one, a `visit_url` makes it a page view."""
    if value is None or value == "":
        if not filled(params.get("visit_url")):
            issues.add("event_uid", "required", "event_uid is required")
        return PAGEVIEW
    if type(value) is str and SNAKE_CASE.fullmatch(value):
        return value
    issues.add("event_uid", "invalid", "event_uid must be a name in snake case")
    return ""


def _params(value: Any, issues: Issues) -> dict[str, Any]:
    if type(value) is dict:
        return value
    if value is not None and value != []:  # PHP writes an empty object as []
        issues.add("params", "invalid", "params must be an object")
    return {}


def _account(value: Any, issues: Issues) -> str | None:
    account = written_out(value)
    if account is None and value is not None and type(value) is not str:
        issues.add("params.account_uid", "invalid", "params.account_uid must be a string or a number")
    return account


def _occurred_at(value: Any, received_at: int, issues: Issues) -> int:
    """Microseconds of `created_at`: seconds since the epoch, or ISO 8601, in UTC where it has no offset."""
    if value is None:
        return received_at
    seconds = number(value)
    if seconds is not None:
        micros = round(seconds * SECOND) if 0 <= seconds <= LATEST_SECOND else None
    else:
        micros = iso_micros(value, assume_utc=True) if type(value) is str else None
    if micros is None:
        issues.add("created_at", "invalid", "created_at must be unix seconds or an ISO 8601 date")
        return received_at
    return micros
