"""Flywheel's requests as events; what its OpenAPI document leaves open is decided in docs/dialects/flywheel.md."""

from bowerbird.collector.dialects.base import Call, Findings, Parsed, Quota, Reply, Request, Route, Throttle
from bowerbird.collector.dialects.fields import context_of, filled, require_json
from bowerbird.collector.dialects.flywheel.answers import TRACKED, refusal
from bowerbird.collector.dialects.flywheel.profile import NOBODY, profile_of
from bowerbird.collector.dialects.flywheel.rules import Sent, checked
from bowerbird.collector.json_body import decode_json
from bowerbird.event import Event
from bowerbird.refusals import Reason, Refused
from bowerbird.registry.base import Principal


class Flywheel:
    name = "flywheel"
    routes = (Route("POST", "/v1/events", "track"),)
    prefixes = ("/v1/events",)

    def secret_in_head(self, request: Request) -> str:
        if request.header(b"auth-type").strip() != "api":
            raise Refused(Reason.CREDENTIALS_MISSING, "Unauthorized: Auth-Type header must be 'api'")
        secret = request.header(b"authorization").strip()
        if not secret:
            raise Refused(Reason.CREDENTIALS_MISSING)
        if secret[:7].lower() == "bearer ":
            raise Refused(Reason.CREDENTIALS_MISSING, "Unauthorized: send the API key without 'Bearer ' prefix")
        return secret

    def open(self, request: Request, operation: str) -> Call:
        return Call(request, operation, self.secret_in_head(request))

    def throttle(self, principal: Principal) -> Throttle | None:
        return None

    def parse(self, call: Call, principal: Principal) -> Parsed:
        require_json(call.request)
        return Parsed((_event(checked(decode_json(call.request.body)), call.request, principal),))

    def reply(self, parsed: Parsed, findings: Findings, quota: Quota | None) -> Reply:
        return TRACKED

    def refuse(self, refused: Refused, quota: Quota | None) -> Reply:
        return refusal(refused)


def _event(sent: Sent, request: Request, principal: Principal) -> Event:
    get = sent.event.get
    properties = get("properties", {})
    profile = profile_of(properties) if get("identify") else NOBODY
    source_id = filled(get("event_id"))
    context = context_of(request)
    if sent.extra:
        context["extra"] = sent.extra
    return Event(
        workspace=principal.workspace.name,
        event_id=request.new_id(request.received_at),
        dialect="flywheel",
        kind="track",
        name=sent.event["event"],
        occurred_at=request.received_at if sent.occurred_at is None else sent.occurred_at,
        received_at=request.received_at,
        key_id=principal.key_id,
        user_id=filled(get("user_id")),
        email=profile.email,
        phone=profile.phone,
        anonymous_id=filled(get("anonymous_id")),
        other_ids=profile.other_ids,
        source_id=source_id,
        dedupe_key=source_id,
        properties=properties,
        traits=profile.traits,
        context=context,
    )
