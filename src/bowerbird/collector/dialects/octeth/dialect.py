"""The dialect: its routes, and who answers which operation."""

from bowerbird.collector.dialects.base import AT_ONCE, Call, Findings, Parsed, Quota, Reply, Request, Route, Throttle
from bowerbird.collector.dialects.octeth.answers import properties_answer, refusal, tracked_answer
from bowerbird.collector.dialects.octeth.parameters import (
    existing_list,
    find_secret,
    read_parameters,
    read_secrets,
)
from bowerbird.collector.dialects.octeth.tracking import Tracked, track
from bowerbird.refusals import Refused
from bowerbird.registry.base import Principal

PROPERTIES = "/api/v1/website_events.properties"


class Octeth:
    name = "octeth"
    routes = (
        Route("POST", "/api/v1/event", "event"),
        Route("POST", PROPERTIES, "properties", "events:read"),
        Route("GET", PROPERTIES, "properties", "events:read"),
    )
    prefixes = ("/api/v1/",)

    def secret_in_head(self, request: Request) -> None:
        """A key in the body wins."""

    def open(self, request: Request, operation: str) -> Call:
        if len(request.body) > AT_ONCE:
            return Call(request, operation, find_secret(read_secrets(request), request))
        parameters = read_parameters(request)
        return Call(request, operation, find_secret(parameters, request), parameters)

    def throttle(self, principal: Principal) -> Throttle | None:
        return None

    def parse(self, call: Call, principal: Principal) -> Parsed:
        parameters = read_parameters(call.request) if call.payload is None else call.payload
        if call.operation == "event":
            return track(call.request, parameters, principal)
        list_id = existing_list(parameters, principal.workspace.lists)
        return Parsed(properties_of=list_id)

    def reply(self, parsed: Parsed, findings: Findings, quota: Quota | None) -> Reply:
        if parsed.properties_of is not None:
            return properties_answer(parsed.properties_of, findings.properties)
        tracked: Tracked = parsed.answer
        return tracked_answer(tracked, newcomer=findings.newcomer)

    def refuse(self, refused: Refused, quota: Quota | None) -> Reply:
        return refusal(refused)
