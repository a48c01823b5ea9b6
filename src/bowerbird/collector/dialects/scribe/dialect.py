"""Scribe's requests as events; what its OpenAPI document leaves open is decided in docs/dialects/scribe.md."""

from msgspec import UNSET

from bowerbird.clock import SECOND
from bowerbird.collector.dialects.base import Call, Findings, Parsed, Quota, Reply, Request, Route, Throttle
from bowerbird.collector.dialects.fields import context_of, decimal, filled, require_json
from bowerbird.collector.dialects.scribe.answers import Accepted, accepted, refusal
from bowerbird.collector.dialects.scribe.rules import IDENTIFY, Sent, read
from bowerbird.event import Event
from bowerbird.refusals import Reason, Refused
from bowerbird.registry.base import Principal

DEDUPE_TTL = 24 * 3600 * SECOND
"""µs in which a repeated `event_id` is the same event."""


class Scribe:
    """`dashboard_url`, an absolute URL, is where a 403 for the plan sends the reader."""

    name = "scribe"
    routes = (Route("POST", "/v1/analytics/events", "record"),)
    prefixes = ("/v1/analytics",)

    def __init__(self, dashboard_url: str = "http://127.0.0.1:8001/") -> None:
        self._dashboard_url = dashboard_url

    def secret_in_head(self, request: Request) -> str:
        scheme, _, secret = request.header(b"authorization").strip().partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret:
            raise Refused(Reason.CREDENTIALS_MISSING)
        return secret

    def open(self, request: Request, operation: str) -> Call:
        return Call(request, operation, self.secret_in_head(request))

    def throttle(self, principal: Principal) -> Throttle | None:
        return None

    def parse(self, call: Call, principal: Principal) -> Parsed:
        require_json(call.request)
        sent = read(call.request.body)
        event = _event(sent, call.request, principal)
        currency = event.currency or principal.workspace.settings.currency
        return Parsed((event,), Accepted(event.name, sent.value or 0, currency, event.click_id))

    def reply(self, parsed: Parsed, findings: Findings, quota: Quota | None) -> Reply:
        return accepted(parsed.answer)

    def refuse(self, refused: Refused, quota: Quota | None) -> Reply:
        return refusal(refused, self._dashboard_url)


def _event(sent: Sent, request: Request, principal: Principal) -> Event:
    value = None if sent.value is UNSET else decimal(sent.value)
    currency = sent.currency.upper()
    if value is not None and not currency:
        currency = principal.workspace.settings.currency
    source_id = filled(sent.event_id)
    identify = sent.name == IDENTIFY
    traits = sent.traits
    return Event(
        workspace=principal.workspace.name,
        event_id=request.new_id(request.received_at),
        dialect="scribe",
        kind="identify" if identify else "track",
        name=sent.name,
        occurred_at=request.received_at,
        received_at=request.received_at,
        key_id=principal.key_id,
        user_id=filled(sent.user_id),
        email=filled(traits.get("email")),
        phone=filled(traits.get("phone")) or filled(traits.get("phone_number")),
        anonymous_id=filled(sent.anonymous_id),
        value=value,
        currency=currency or None,
        click_id=filled(sent.click_id),
        source_id=source_id,
        dedupe_key=source_id,
        dedupe_ttl=DEDUPE_TTL if source_id else None,
        stored=not identify,
        properties=sent.properties,
        traits=traits,
        context=context_of(request),
    )
