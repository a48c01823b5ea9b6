"""Scribe's answers, all in the two error forms that its OpenAPI document has."""

from math import ceil
from typing import Any, NamedTuple

import msgspec

from bowerbird.collector.dialects.base import Reply
from bowerbird.refusals import Issue, Reason, Refused

_encode = msgspec.json.Encoder().encode


class _Form(NamedTuple):
    status: int
    type: str
    code: str
    message: str


_FORMS = {
    Reason.NOT_FOUND: _Form(404, "not_found_error", "not_found", "No such endpoint."),
    Reason.METHOD_NOT_ALLOWED: _Form(405, "invalid_request_error", "method_not_allowed", "Use POST."),
    Reason.CREDENTIALS_MISSING: _Form(
        401, "authentication_error", "missing_api_key", "Send your API key as 'Authorization: Bearer <key>'."
    ),
    Reason.CREDENTIALS_INVALID: _Form(401, "authentication_error", "invalid_api_key", "The API key is not valid."),
    Reason.SCOPE_MISSING: _Form(
        403, "permission_error", "insufficient_scope", "The API key is not allowed to record events."
    ),
    Reason.TRACKING_OFF: _Form(
        403, "permission_error", "plan_required", "Your workspace's plan does not include event tracking."
    ),
    Reason.THROTTLED: _Form(429, "rate_limit_error", "rate_limited", "Too many requests."),
    Reason.BODY_TOO_LARGE: _Form(413, "invalid_request_error", "body_too_large", "The body is too large."),
    Reason.BODY_EMPTY: _Form(422, "validation_error", "blank", "Event can't be blank."),
    Reason.MEDIA_TYPE_UNSUPPORTED: _Form(
        415, "invalid_request_error", "unsupported_media_type", "The body must be application/json."
    ),
    Reason.ENCODING_INVALID: _Form(422, "validation_error", "invalid_encoding", "The body's encoding is broken."),
    Reason.JSON_MALFORMED: _Form(422, "validation_error", "invalid_json", "The body is not JSON."),
    Reason.NUMBER_INVALID: _Form(422, "validation_error", "invalid_number", "The body holds a number out of range."),
    Reason.BODY_NOT_OBJECT: _Form(422, "validation_error", "invalid_type", "The body must be an object."),
    Reason.REVISION_INVALID: _Form(400, "invalid_request_error", "invalid_revision", "No such revision."),
    Reason.INVALID: _Form(422, "validation_error", "invalid", "The event is not valid."),
    Reason.METRICS_EXHAUSTED: _Form(
        403, "permission_error", "plan_required", "Your workspace's plan allows no more event names."
    ),
    Reason.UNAVAILABLE: _Form(
        503, "api_error", "unavailable", "The event could not be recorded. Please send it again."
    ),
    Reason.INTERNAL: _Form(500, "api_error", "internal_error", "Something went wrong on our side."),
}
_OURS = frozenset((Reason.UNAVAILABLE, Reason.INTERNAL))


class Accepted(msgspec.Struct, frozen=True):
    """What a 202 says of the event."""

    name: str
    value: float
    currency: str
    click_id: str | None
    source: str = "api"
    status: str = "accepted"


def accepted(answer: Accepted) -> Reply:
    return Reply(202, _encode({"data": answer}))


def refusal(refused: Refused, dashboard_url: str) -> Reply:
    """The answer; for a plan without event tracking it sends the reader to `dashboard_url`."""
    form = _FORMS[refused.reason]
    message = form.message if refused.reason in _OURS else refused.message or form.message
    code = refused.issues[0].code if refused.issues else form.code
    body: dict[str, Any] = {"error": {"type": form.type, "code": code, "message": message}}
    if form.status == 422:
        body["details"] = refused.issues or (_body_issue(refused.reason, code, message),)
    if refused.reason is Reason.TRACKING_OFF:
        body["remediation"] = {
            "action": "upgrade_plan",
            "dashboard_url": dashboard_url,
            "message": "Turn event tracking on for this workspace.",
        }
    return Reply(form.status, _encode(body), headers=_headers(form.status, refused.retry_after))


def _body_issue(reason: Reason, code: str, message: str) -> Issue:
    if reason is Reason.BODY_EMPTY:
        return Issue("event", code, message, missing=("event",))
    return Issue("", code, message)


def _headers(status: int, retry_after: float) -> tuple[tuple[bytes, bytes], ...]:
    if status == 401:
        return ((b"www-authenticate", b"Bearer"),)
    if status in (429, 503):
        return ((b"retry-after", b"%d" % max(1, ceil(retry_after))),)
    return ()
