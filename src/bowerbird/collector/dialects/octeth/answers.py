"""The vendor's answers: two successes, and one form for everything that is refused."""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Any

import msgspec

from bowerbird.collector.dialects.base import Reply
from bowerbird.collector.dialects.octeth.tracking import KINDS, Tracked
from bowerbird.event import Tallied
from bowerbird.refusals import Reason, Refused

CONVERSION = frozenset(("conversion-id", "conversion-name", "conversion-value"))

_encode = msgspec.json.Encoder().encode

REFUSALS: Mapping[Reason, tuple[int, int, str]] = MappingProxyType(
    {
        Reason.NOT_FOUND: (404, 404, "Not found"),
        Reason.METHOD_NOT_ALLOWED: (405, 405, "Method not allowed"),
        Reason.CREDENTIALS_MISSING: (401, 99998, "Authentication failure or session expired"),
        Reason.CREDENTIALS_INVALID: (401, 99998, "Authentication failure or session expired"),
        Reason.SCOPE_MISSING: (403, 99999, "Not enough privileges"),
        Reason.TRACKING_OFF: (403, 99999, "Event tracking is not enabled for this account"),
        Reason.THROTTLED: (429, 429, "Too many requests"),
        Reason.BODY_TOO_LARGE: (413, 413, "Request body is too large"),
        Reason.BODY_EMPTY: (400, 400, "Request body is empty"),
        Reason.MEDIA_TYPE_UNSUPPORTED: (415, 415, "Request body must be JSON"),
        Reason.ENCODING_INVALID: (400, 400, "Request body cannot be decoded"),
        Reason.JSON_MALFORMED: (400, 400, "Request body is not valid JSON"),
        Reason.NUMBER_INVALID: (400, 400, "Request body has a number out of range"),
        Reason.BODY_NOT_OBJECT: (400, 400, "Request body must be a JSON object"),
        Reason.REVISION_INVALID: (400, 400, "Bad request"),
        Reason.INVALID: (422, 422, "Invalid parameters"),
        Reason.METRICS_EXHAUSTED: (422, 422, "Too many event names"),
        Reason.UNAVAILABLE: (503, 503, "Service unavailable, please try again"),
        Reason.INTERNAL: (500, 500, "Internal server error"),
    }
)
"""HTTP status, `Code` and `Message`. Where the vendor's tables have no code, the status stands in."""


def tracked_answer(tracked: Tracked, *, newcomer: bool) -> Reply:
    return Reply(
        200,
        _encode(
            {
                "status": "success",
                "uuid": tracked.event_id,
                "external_id": tracked.external_id,
                "identify_event_sent": tracked.identify or newcomer,
            }
        ),
    )


def properties_answer(list_id: str, properties: Mapping[str, Tallied]) -> Reply:
    """Conversions are kept under the name each of them carries; the vendor's clients know them as `conversion`. Events
    of their own name that share it with conversions are shown beside them."""
    shown: dict[str, list[str]] = {}
    conversions: set[str] = set()
    for event, seen in properties.items():
        converted = 0 if event in KINDS else _conversions(seen)
        if converted:
            conversions.update(seen.properties)
        if converted < seen.events:
            shown[event] = [name for name in seen.properties if not converted or name.lower() not in CONVERSION]
    if conversions:
        shown["conversion"] = sorted(conversions.union(shown.get("conversion", ())))
    return Reply(200, _encode({"ListID": list_id, "Properties": dict(sorted(shown.items()))}))


def _conversions(seen: Tallied) -> int:
    """As many events as had all three properties of a conversion, at most."""
    having = dict.fromkeys(CONVERSION, 0)
    for name, count in seen.properties.items():
        if name.lower() in having:
            having[name.lower()] += count
    return min(*having.values(), seen.events)


def refusal(refused: Refused) -> Reply:
    status, code, message = REFUSALS[refused.reason]
    errors: list[dict[str, Any]] = [
        {"Code": int(issue.code) if issue.code.isdecimal() else code, "Message": issue.message}
        for issue in refused.issues
    ]
    body = _encode({"Errors": errors or [{"Code": code, "Message": message}]})
    headers = ((b"retry-after", b"%d" % ceil(refused.retry_after)),) if refused.retry_after > 0 else ()
    return Reply(status, body, headers=headers)
