"""Takes a recorded request through a dialect. `test_recordings.py` says how requests are recorded."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import msgspec
import pytest
import yaml

from bowerbird.collector.dialects.base import Dialect, Findings, Quota, Reply, Request, Route
from bowerbird.collector.dialects.flywheel import Flywheel
from bowerbird.collector.dialects.klaviyo import Klaviyo
from bowerbird.collector.dialects.octeth import Octeth
from bowerbird.collector.dialects.scribe import Scribe
from bowerbird.collector.dialects.successeve import Successeve
from bowerbird.event import Event, Tallied, event_ids
from bowerbird.refusals import Reason, Refused
from bowerbird.registry.base import WorkspaceSettings
from bowerbird.registry.memory import MemoryRegistry

RECEIVED_AT = 1_735_689_600_000_000
DIALECTS: dict[str, Dialect] = {
    "scribe": Scribe(dashboard_url="https://bowerbird.example/"),
    "klaviyo": Klaviyo(),
    "flywheel": Flywheel(),
    "successeve": Successeve(),
    "octeth": Octeth(),
}

OPENAPI = Path(__file__).parent / "openapi"
ERROR_SCHEMAS = {"scribe": "error_response", "flywheel": "ErrorResponse"}


class Setting(msgspec.Struct, forbid_unknown_fields=True):
    """What a recording takes for granted."""

    settings: dict[str, Any] = {}
    lists: dict[str, str] = {}
    secret: str = "key"
    scopes: tuple[str, ...] = ("events:write",)
    subscriber_known: bool = False
    properties: dict[str, list[str]] = {}
    refused: dict[str, Any] | None = None


class Exchange(NamedTuple):
    """What a request led to."""

    reply: Reply
    events: tuple[Event, ...] = ()
    newcomer: Event | None = None


def request_of(recorded: dict[str, Any]) -> Request:
    """The recorded request as the collector hands it to a dialect."""
    body = recorded.get("body", "")
    if "body_base64" in recorded:
        raw = base64.b64decode(recorded["body_base64"])
    else:
        raw = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    url = urlsplit(recorded["path"])
    return Request(
        method=recorded.get("method", "POST"),
        path=url.path,
        query=dict(parse_qsl(url.query, keep_blank_values=True)) | recorded.get("query", {}),
        headers={name.lower().encode(): value.encode() for name, value in recorded.get("headers", {}).items()},
        body=raw,
        received_at=RECEIVED_AT,
        new_id=event_ids(),
        client_ip=recorded.get("client_ip"),
    )


def converse(dialect: Dialect, request: Request, setting: Setting) -> Exchange:
    """The way of a request, in the endpoint's order, without the log and the look-ups."""
    try:
        if setting.refused is not None:
            raise Refused(Reason(setting.refused["reason"]), retry_after=setting.refused.get("retry_after", 0.0))
        route = route_of(dialect, request)
        call = dialect.open(request, route.operation)
        registry = MemoryRegistry()
        registry.add_workspace("default", WorkspaceSettings(**setting.settings), setting.lists)
        registry.add_key(setting.secret, scopes=setting.scopes)
        principal = registry.snapshot().authenticate(call.secret)
        if principal is None:
            raise Refused(Reason.CREDENTIALS_INVALID)
        if not principal.may(route.scope):
            raise Refused(Reason.SCOPE_MISSING)
        if not principal.workspace.settings.event_tracking:
            raise Refused(Reason.TRACKING_OFF)
        quota = Quota(limit=3500, remaining=3499, reset=60) if dialect.throttle(principal) else None
        parsed = dialect.parse(call, principal)
        newcomer = parsed.newcomer if parsed.subscriber and not setting.subscriber_known else None
        seen = {name: Tallied(1, dict.fromkeys(properties, 1)) for name, properties in setting.properties.items()}
        findings = Findings(newcomer is not None, seen)
        return Exchange(dialect.reply(parsed, findings, quota), parsed.events, newcomer)
    except Refused as refused:
        return Exchange(dialect.refuse(refused, None))


def route_of(dialect: Dialect, request: Request) -> Route:
    there = [route for route in dialect.routes if route.path == request.path]
    if not there:
        raise Refused(Reason.NOT_FOUND)
    for route in there:
        if route.method == request.method:
            return route
    raise Refused(Reason.METHOD_NOT_ALLOWED)


@pytest.fixture(scope="session")
def exchange() -> Callable[..., Exchange]:
    """Calls `(dialect's name, recorded request, **setting)`."""

    def run(dialect: str, recorded: dict[str, Any], **setting: Any) -> Exchange:
        return converse(DIALECTS[dialect], request_of(recorded), msgspec.convert(setting, Setting))

    return run


@pytest.fixture(scope="session")
def recorded() -> Callable[[dict[str, Any]], Request]:
    return request_of


@pytest.fixture(scope="session")
def dialects() -> dict[str, Dialect]:
    return DIALECTS


@pytest.fixture(scope="session")
def conforms() -> Callable[[str, Reply], None]:
    """Calls `(dialect's name, reply)`: fails when the vendor's own OpenAPI document does not allow the body. A status
    that the document leaves out, or leaves without a body, has the document's error form."""
    schemas = {name: answer_schemas(name, error) for name, error in ERROR_SCHEMAS.items()}

    def check(dialect: str, reply: Reply) -> None:
        schema = schemas[dialect].get(str(reply.status), schemas[dialect]["default"])
        schema.validate(msgspec.json.decode(reply.body))
        assert reply.content_type == b"application/json"

    return check


def answer_schemas(dialect: str, error: str) -> dict[str, jsonschema.Draft4Validator]:
    """What the document says of each status that it gives a body."""
    document = json_schema(yaml.safe_load((OPENAPI / f"{dialect}.yaml").read_text()))
    (operation,) = (operation for path in document["paths"].values() for operation in path.values())
    schemas = {
        status: response["content"]["application/json"]["schema"]
        for status, response in operation["responses"].items()
        if "content" in response
    } | {"default": {"$ref": f"#/components/schemas/{error}"}}
    return {status: jsonschema.Draft4Validator(document | schema) for status, schema in schemas.items()}


def json_schema(openapi: Any) -> Any:
    """OpenAPI 3.0 schemas as JSON Schema, which spells `nullable` another way."""
    if isinstance(openapi, list):
        return [json_schema(item) for item in openapi]
    if not isinstance(openapi, dict):
        return openapi
    schema = {name: json_schema(value) for name, value in openapi.items()}
    if schema.pop("nullable", False):
        schema["type"] = [schema["type"], "null"]
    return schema
