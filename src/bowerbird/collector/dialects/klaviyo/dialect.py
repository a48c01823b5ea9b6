"""The requests that are spoken, and what a request must show before its event is read."""

import re

from bowerbird.collector.dialects.base import Call, Findings, Parsed, Quota, Reply, Request, Route, Throttle
from bowerbird.collector.dialects.klaviyo.answers import MEDIA_TYPE, accepted, refusal
from bowerbird.collector.dialects.klaviyo.event import parsed_event
from bowerbird.collector.dialects.klaviyo.limits import MOST_BYTES
from bowerbird.collector.dialects.klaviyo.revision import revision_of
from bowerbird.collector.json_body import as_object, decode_json
from bowerbird.refusals import Reason, Refused
from bowerbird.registry.base import Principal

_SCHEME = "klaviyo-api-key"
_MEDIA_TYPE = re.compile(rb"\s*application/(?:vnd\.api\+)?json\s*(?:;.*)?", re.IGNORECASE)


class Klaviyo:
    """`POST /api/events`, flat before revision 2023-07-15, nested from it on."""

    name = "klaviyo"
    routes = (
        Route("POST", "/api/events/", "create_event"),
        Route("POST", "/api/events", "create_event"),
    )
    prefixes = (
        *("/api/events", "/api/event-bulk-create-jobs", "/api/metrics", "/api/metric-aggregates", "/api/profiles"),
        *("/client/", "/api/track", "/api/identify"),
    )

    def secret_in_head(self, request: Request) -> str:
        scheme, _, secret = request.header(b"authorization").strip().partition(" ")
        secret = secret.strip()
        if scheme.lower() != _SCHEME or not secret:
            raise Refused(Reason.CREDENTIALS_MISSING)
        return secret

    def open(self, request: Request, operation: str) -> Call:
        return Call(request, operation, self.secret_in_head(request))

    def throttle(self, principal: Principal) -> Throttle | None:
        settings = principal.workspace.settings
        if settings.klaviyo_burst is None and settings.klaviyo_steady is None:
            return None
        return Throttle(settings.klaviyo_burst, settings.klaviyo_steady)

    def parse(self, call: Call, principal: Principal) -> Parsed:
        request = call.request
        media_type = request.headers.get(b"content-type", b"")
        if media_type != MEDIA_TYPE and not _MEDIA_TYPE.fullmatch(media_type):
            raise Refused(Reason.MEDIA_TYPE_UNSUPPORTED)
        revision = revision_of(request)
        if len(request.body) > MOST_BYTES:
            raise Refused(Reason.BODY_TOO_LARGE)
        return parsed_event(as_object(decode_json(request.body)), revision, request, principal)

    def reply(self, parsed: Parsed, findings: Findings, quota: Quota | None) -> Reply:
        return accepted(quota)

    def refuse(self, refused: Refused, quota: Quota | None) -> Reply:
        return refusal(refused, quota)
