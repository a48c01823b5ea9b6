"""A request's parameters. Their names count without regard to case; the names of event properties are left alone."""

import re
from collections.abc import Callable, Collection
from typing import Any, NoReturn

import msgspec

from bowerbird.collector.dialects.base import Request
from bowerbird.collector.dialects.fields import require_json, written_out
from bowerbird.collector.json_body import as_object, decode_json, decode_members
from bowerbird.refusals import Issue, Reason, Refused

_ABSENT = msgspec.Raw()
_SECRET_NAMES = re.compile(rb'"(?:sessionid|apikey)"(?=\s*:)', re.IGNORECASE)


class _Secrets(msgspec.Struct, gc=False):
    sessionid: msgspec.Raw = _ABSENT
    apikey: msgspec.Raw = _ABSENT


_secrets = msgspec.json.Decoder(_Secrets)


def read_parameters(request: Request) -> dict[str, Any]:
    """Parameters by name in lower case: of the JSON body, and for a GET of the query too, where the body wins.
    Raises `Refused` with what is wrong with the body."""
    return _parameters(request, _whole)


def read_secrets(request: Request) -> dict[str, Any]:
    """As `read_parameters`, but of the body those alone that `find_secret` looks for, unless escapes stand in their
    names. Not all that is wrong with the body is found."""
    return _parameters(request, _secrets_of)


def _parameters(request: Request, read: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
    if request.method == "GET":
        sent: dict[str, Any] = dict(request.query)
        if request.body:
            sent |= read(request.body)
    else:
        _require_json(request)
        sent = read(request.body)
    return {name.lower(): value for name, value in sent.items()}


def _whole(body: bytes) -> dict[str, Any]:
    return as_object(decode_json(body))


def _secrets_of(body: bytes) -> dict[str, Any]:
    found = decode_members(_SECRET_NAMES.sub(lambda name: name[0].lower(), body), _secrets)
    shown = {"sessionid": bytes(found.sessionid), "apikey": bytes(found.apikey)}
    return {name: decode_json(raw) for name, raw in shown.items() if raw.startswith(b'"')}


def find_secret(parameters: dict[str, Any], request: Request) -> str:
    """`SessionID` or `APIKey`, else a bearer token, which later versions of the vendor's documents show for GET."""
    for name in ("sessionid", "apikey"):
        secret = parameters.get(name)
        if type(secret) is str and secret:
            return secret
    scheme, _, token = request.header(b"authorization").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    raise Refused(Reason.CREDENTIALS_MISSING)


def list_number(value: Any) -> str | None:
    """A list id in the form in which lists are kept, from a number or its digits; None for what is no number."""
    digits = written_out(value)
    if digits is None:
        return None
    digits = digits.strip()
    return (digits.lstrip("0") or "0") if digits.isascii() and digits.isdecimal() else None


def existing_list(parameters: dict[str, Any], lists: Collection[str]) -> str:
    """The list that the properties call asks for. Raises `Refused` with that call's codes 1, 2 and 3."""
    sent = parameters.get("listid")
    if sent is None or sent == "":
        _refuse_list("1", "Missing ListID parameter")
    list_id = list_number(sent)
    if list_id is None:
        _refuse_list("2", "Invalid ListID parameter")
    if list_id not in lists:
        _refuse_list("3", "List not found")
    return list_id


def _refuse_list(code: str, message: str) -> NoReturn:
    raise Refused(Reason.INVALID, issues=(Issue("ListID", code, message),))


def _require_json(request: Request) -> None:
    """As `require_json`. curl calls every body a form unless told otherwise, so what looks like JSON may be one."""
    form = request.header(b"content-type").lower().startswith("application/x-www-form-urlencoded")
    if not form or request.body.lstrip()[:1] not in (b"{", b""):
        require_json(request)
