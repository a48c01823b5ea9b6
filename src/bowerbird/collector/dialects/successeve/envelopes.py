"""The envelopes in which clients send an event: JSON, a form, or a GET; and the key's place on the outside."""

from base64 import b64decode
from typing import Any
from urllib.parse import parse_qsl

from bowerbird.collector.dialects.base import Call, Request
from bowerbird.collector.dialects.fields import require_json
from bowerbird.collector.json_body import decode_json
from bowerbird.refusals import Issue, Reason, Refused

FORM_LIMIT = 100_000
"""Bytes; unquoting a form takes far longer than reading as much JSON."""

_STANDARD_ALPHABET = str.maketrans(" -_", "++/")
"""A plus that was not quoted arrives as a blank; the other two are of the URL-safe alphabet."""


def basic_token(request: Request) -> str | None:
    """The user name of Basic credentials. Clients send `token:`, `token:secret` or `token:token`, some with line
    breaks in or behind them; None where there is nothing like it."""
    scheme, _, encoded = request.header(b"authorization").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        token, _, _ = b64decode(encoded).decode().partition(":")
    except ValueError:
        return None
    return token.strip() or None


def enclosed(request: Request, operation: str) -> dict[str, str] | None:
    """The parameters around an event, `api_token`, `encode` and `data`; None for a JSON body, which has none."""
    if operation == "tunnel":
        if request.query.get("_method", "").lower() != "post":
            raise Refused(Reason.METHOD_NOT_ALLOWED)
        return request.query
    if not is_form(request) or _looks_like_json(request):
        return None
    if len(request.body) > FORM_LIMIT:
        raise Refused(Reason.BODY_TOO_LARGE)
    try:
        return dict(parse_qsl(request.body.decode(), max_num_fields=20, errors="strict"))
    except UnicodeDecodeError:
        raise Refused(Reason.ENCODING_INVALID) from None
    except ValueError:
        raise Refused(Reason.BODY_NOT_OBJECT) from None


def document(call: Call) -> Any:
    """The JSON value that was sent. Raises `Refused` with what is wrong with it or its envelope."""
    parameters: dict[str, str] | None = call.payload
    if parameters is None:
        if not is_form(call.request):
            require_json(call.request)
        return decode_json(call.request.body)
    encode = parameters.get("encode") or "none"
    data = parameters.get("data", "")
    if encode == "none":
        return decode_json(data.encode("utf-8", "surrogatepass"))
    if encode == "base64":
        return decode_json(_unpack(data))
    raise Refused(Reason.INVALID, issues=(Issue("encode", "invalid", "encode must be base64 or none"),))


def is_form(request: Request) -> bool:
    return request.header(b"content-type").lower().startswith("application/x-www-form-urlencoded")


def _looks_like_json(request: Request) -> bool:
    """curl calls every body a form unless told otherwise."""
    return request.body.lstrip()[:1] == b"{"


def _unpack(data: str) -> bytes:
    packed = "".join(data.translate(_STANDARD_ALPHABET).split())
    try:
        return b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except ValueError:
        raise Refused(Reason.ENCODING_INVALID) from None
