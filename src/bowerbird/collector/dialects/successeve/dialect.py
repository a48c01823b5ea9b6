"""The dialect: where the key stands, and what the one operation answers."""

from bowerbird.collector.dialects.base import Call, Findings, Parsed, Quota, Reply, Request, Route, Throttle
from bowerbird.collector.dialects.successeve.answers import SUCCESS, refusal
from bowerbird.collector.dialects.successeve.envelopes import basic_token, document, enclosed, is_form
from bowerbird.collector.dialects.successeve.tracking import track
from bowerbird.refusals import Reason, Refused
from bowerbird.registry.base import Principal

PATH = "/v1/track/event"


class Successeve:
    name = "successeve"
    routes = (Route("POST", PATH, "event"), Route("GET", PATH, "tunnel"))
    prefixes = ("/v1/track/", "/v1/contact", "/v1/account", "/v1/ping")

    def secret_in_head(self, request: Request) -> str | None:
        token = request.query.get("api_token") or basic_token(request)
        if not token and not is_form(request):
            raise Refused(Reason.CREDENTIALS_MISSING)
        return token or None

    def open(self, request: Request, operation: str) -> Call:
        parameters = enclosed(request, operation)
        token = self.secret_in_head(request) or (parameters or {}).get("api_token")
        if not token:
            raise Refused(Reason.CREDENTIALS_MISSING)
        return Call(request, operation, token, parameters)

    def throttle(self, principal: Principal) -> Throttle | None:
        return None

    def parse(self, call: Call, principal: Principal) -> Parsed:
        return Parsed((track(document(call), call.request, principal),))

    def reply(self, parsed: Parsed, findings: Findings, quota: Quota | None) -> Reply:
        return SUCCESS

    def refuse(self, refused: Refused, quota: Quota | None) -> Reply:
        return refusal(refused)
