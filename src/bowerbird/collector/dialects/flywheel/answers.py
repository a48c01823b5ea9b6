"""Flywheel's answers: one for success, `{"error","code"}` for the rest."""

from math import ceil
from typing import NamedTuple

import msgspec

from bowerbird.collector.dialects.base import Reply
from bowerbird.refusals import Reason, Refused

TRACKED = Reply(200, b'{"success":true,"message":"Event tracked successfully"}')

_encode = msgspec.json.Encoder().encode


class _Form(NamedTuple):
    status: int
    code: str
    message: str


_FORMS = {
    Reason.NOT_FOUND: _Form(404, "NOT_FOUND", "Not found"),
    Reason.METHOD_NOT_ALLOWED: _Form(405, "METHOD_NOT_ALLOWED", "Method not allowed: use POST"),
    Reason.CREDENTIALS_MISSING: _Form(401, "UNAUTHORIZED", "Unauthorized: API key is required"),
    Reason.CREDENTIALS_INVALID: _Form(401, "UNAUTHORIZED", "Unauthorized: invalid API key"),
    Reason.SCOPE_MISSING: _Form(403, "FORBIDDEN", "Forbidden: the API key may not track events"),
    Reason.TRACKING_OFF: _Form(403, "FORBIDDEN", "Forbidden: the plan does not include event tracking"),
    Reason.THROTTLED: _Form(429, "RATE_LIMITED", "Too many requests"),
    Reason.BODY_TOO_LARGE: _Form(413, "PAYLOAD_TOO_LARGE", "Request body is too large"),
    Reason.BODY_EMPTY: _Form(400, "VALIDATION_ERROR", "Validation failed: request body is required"),
    Reason.MEDIA_TYPE_UNSUPPORTED: _Form(
        415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type: send application/json"
    ),
    Reason.ENCODING_INVALID: _Form(400, "VALIDATION_ERROR", "Validation failed: request body is not UTF-8"),
    Reason.JSON_MALFORMED: _Form(400, "VALIDATION_ERROR", "Validation failed: request body is not valid JSON"),
    Reason.NUMBER_INVALID: _Form(400, "VALIDATION_ERROR", "Validation failed: a number is out of range"),
    Reason.BODY_NOT_OBJECT: _Form(400, "VALIDATION_ERROR", "Validation failed: request body must be an object"),
    Reason.REVISION_INVALID: _Form(400, "VALIDATION_ERROR", "Validation failed: unknown revision"),
    Reason.INVALID: _Form(400, "VALIDATION_ERROR", "Validation failed"),
    Reason.METRICS_EXHAUSTED: _Form(403, "FORBIDDEN", "Forbidden: the plan allows no more event names"),
    Reason.UNAVAILABLE: _Form(503, "SERVICE_UNAVAILABLE", "The event could not be stored; please send it again"),
    Reason.INTERNAL: _Form(500, "INTERNAL_ERROR", "Internal server error"),
}


def refusal(refused: Refused) -> Reply:
    """The answer; several broken rules stand in one text, parted by semicolons."""
    form = _FORMS[refused.reason]
    message = form.message
    if refused.issues:
        message = f"{message}: {'; '.join(issue.message for issue in refused.issues)}"
    elif refused.message and form.status == 401:
        message = refused.message
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if form.status in (429, 503):
        headers = ((b"retry-after", b"%d" % max(1, ceil(refused.retry_after))),)
    return Reply(form.status, _encode({"error": message, "code": form.code}), headers=headers)
