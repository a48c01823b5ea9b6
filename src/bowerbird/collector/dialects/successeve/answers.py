"""One success, and one form for everything that is refused."""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType

import msgspec

from bowerbird.collector.dialects.base import Reply
from bowerbird.refusals import Reason, Refused

SUCCESS = Reply(200, b'{"status":"success"}')

REFUSALS: Mapping[Reason, tuple[int, str, str]] = MappingProxyType(
    {
        Reason.NOT_FOUND: (404, "not_found", "There is nothing at this address"),
        Reason.METHOD_NOT_ALLOWED: (405, "method_not_allowed", "The method is not allowed at this address"),
        Reason.CREDENTIALS_MISSING: (400, "missing_api_token", "Send your API token as api_token or by Basic auth"),
        Reason.CREDENTIALS_INVALID: (401, "invalid_api_token", "The API token is wrong"),
        Reason.SCOPE_MISSING: (403, "forbidden", "The API token does not allow this"),
        Reason.TRACKING_OFF: (403, "tracking_disabled", "Event tracking is not part of this plan"),
        Reason.THROTTLED: (429, "too_many_requests", "Too many requests"),
        Reason.BODY_TOO_LARGE: (413, "body_too_large", "The body is too large"),
        Reason.BODY_EMPTY: (400, "missing_data", "The body is empty"),
        Reason.MEDIA_TYPE_UNSUPPORTED: (406, "not_acceptable", "The body must be JSON"),
        Reason.ENCODING_INVALID: (400, "invalid_encoding", "The body cannot be decoded"),
        Reason.JSON_MALFORMED: (400, "invalid_json", "The body is not valid JSON"),
        Reason.NUMBER_INVALID: (400, "invalid_number", "The body has a number out of range"),
        Reason.BODY_NOT_OBJECT: (400, "invalid_json", "The body must be a JSON object"),
        Reason.REVISION_INVALID: (400, "bad_request", "The request is not valid"),
        Reason.INVALID: (400, "invalid_fields", "The event is not valid"),
        Reason.METRICS_EXHAUSTED: (403, "too_many_events", "The plan allows no more event names"),
        Reason.UNAVAILABLE: (503, "unavailable", "The event could not be stored, send it again"),
        Reason.INTERNAL: (500, "internal_error", "Something went wrong on our side"),
    }
)
"""HTTP status, `code` and `message`. The statuses are the vendor's where it has one, the codes and texts ours."""


def refusal(refused: Refused) -> Reply:
    """`code` and `message` are read by clients of the Python family, `error` by those of the Ruby family."""
    status, code, standard = REFUSALS[refused.reason]
    message = "; ".join(issue.message for issue in refused.issues) or standard
    body = msgspec.json.encode({"status": "error", "code": code, "message": message, "error": message})
    headers = ((b"retry-after", b"%d" % ceil(refused.retry_after)),) if refused.retry_after > 0 else ()
    return Reply(status, body, headers=headers)
