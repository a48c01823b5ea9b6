"""Klaviyo's answers: nothing for a success, JSON:API error objects for a refusal."""

from math import ceil
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec

from bowerbird.collector.dialects.base import Quota, Reply
from bowerbird.refusals import Reason, Refused

MEDIA_TYPE = b"application/vnd.api+json"

_encode = msgspec.json.Encoder().encode
_DATA = {"pointer": "/data/"}
"""What Klaviyo points at where it has nothing better to point at."""
_METRIC = {"pointer": "/data/attributes/metric"}
_REVISION = {"parameter": "revision"}


class _Form(NamedTuple):
    status: int
    code: str
    title: str
    detail: str
    source: dict[str, str] = _DATA


_INVALID = "Invalid input."
_SCHEME = "Missing or invalid authorization scheme. Please use Klaviyo-API-Key."
_FORBIDDEN = "You do not have permission to perform this action."

_FORMS = {
    Reason.NOT_FOUND: _Form(404, "not_found", "Not found.", "The requested resource does not exist."),
    Reason.METHOD_NOT_ALLOWED: _Form(405, "method_not_allowed", "Method not allowed.", "Please use POST."),
    Reason.CREDENTIALS_MISSING: _Form(
        401, "not_authenticated", "Authentication credentials were not provided.", _SCHEME
    ),
    Reason.CREDENTIALS_INVALID: _Form(
        401, "authentication_failed", "Incorrect authentication credentials.", "The API key is not valid."
    ),
    Reason.SCOPE_MISSING: _Form(403, "permission_denied", _FORBIDDEN, "The API key lacks the scope Events Write."),
    Reason.TRACKING_OFF: _Form(403, "permission_denied", _FORBIDDEN, "The account's plan has no event tracking."),
    Reason.THROTTLED: _Form(429, "throttled", "Request was throttled.", "Request was throttled."),
    Reason.BODY_TOO_LARGE: _Form(413, "payload_too_large", "Payload too large.", "The payload must not exceed 5 MB."),
    Reason.BODY_EMPTY: _Form(400, "invalid", _INVALID, "The payload is empty."),
    Reason.MEDIA_TYPE_UNSUPPORTED: _Form(
        415,
        "unsupported_media_type",
        "Unsupported media type.",
        "Please send application/vnd.api+json or application/json.",
    ),
    Reason.ENCODING_INVALID: _Form(400, "invalid", _INVALID, "The payload's encoding is broken."),
    Reason.JSON_MALFORMED: _Form(400, "invalid", _INVALID, "The payload is not valid JSON."),
    Reason.NUMBER_INVALID: _Form(400, "invalid", _INVALID, "The payload holds a number out of range."),
    Reason.BODY_NOT_OBJECT: _Form(400, "invalid", _INVALID, "The payload must be a JSON object."),
    Reason.REVISION_INVALID: _Form(
        400, "invalid", _INVALID, "The header 'revision' is required, in the format YYYY-MM-DD[.suffix].", _REVISION
    ),
    Reason.INVALID: _Form(400, "invalid", _INVALID, "The payload provided in the request is invalid."),
    Reason.METRICS_EXHAUSTED: _Form(
        400, "invalid", _INVALID, "The account has as many unique metrics as it may have.", _METRIC
    ),
    Reason.UNAVAILABLE: _Form(
        503, "service_unavailable", "Service unavailable.", "The event was not recorded. Please send it again."
    ),
    Reason.INTERNAL: _Form(500, "error", "A server error occurred.", "Something went wrong on our side."),
}

_ACCEPTED = Reply(202, content_type=MEDIA_TYPE)


def accepted(quota: Quota | None) -> Reply:
    return _ACCEPTED if quota is None else Reply(202, b"", MEDIA_TYPE, _quota_headers(quota))


def refusal(refused: Refused, quota: Quota | None) -> Reply:
    """One error object for each issue, or one for the reason."""
    form = _FORMS[refused.reason]
    if refused.reason is Reason.INVALID and refused.issues:
        errors = [_error(form, issue.message, {"pointer": issue.field}) for issue in refused.issues]
    elif refused.reason is Reason.METRICS_EXHAUSTED and refused.issues:
        errors = [_error(form, form.detail, {"pointer": refused.issues[0].field})]
    elif refused.reason is Reason.THROTTLED:
        errors = [_error(form, f"{form.detail} Expected available in {_wait(refused)}.", form.source)]
    else:
        errors = [_error(form, form.detail, form.source)]
    return Reply(form.status, _encode({"errors": errors}), MEDIA_TYPE, _headers(form.status, refused, quota))


def _error(form: _Form, detail: str, source: dict[str, str]) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "status": form.status,
        "code": form.code,
        "title": form.title,
        "detail": detail,
        "source": source,
    }


def _headers(status: int, refused: Refused, quota: Quota | None) -> tuple[tuple[bytes, bytes], ...]:
    if status == 429:
        return ((b"retry-after", b"%d" % _seconds(refused)),)
    headers = () if quota is None else _quota_headers(quota)
    if status == 401:
        return (*headers, (b"www-authenticate", b"Klaviyo-API-Key"))
    if status == 503:
        return (*headers, (b"retry-after", b"%d" % _seconds(refused)))
    return headers


def _quota_headers(quota: Quota) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"ratelimit-limit", b"%d" % quota.limit),
        (b"ratelimit-remaining", b"%d" % quota.remaining),
        (b"ratelimit-reset", b"%d" % quota.reset),
    )


def _seconds(refused: Refused) -> int:
    return max(1, ceil(refused.retry_after))


def _wait(refused: Refused) -> str:
    seconds = _seconds(refused)
    return "1 second" if seconds == 1 else f"{seconds} seconds"
