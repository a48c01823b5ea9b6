"""What each reason means, in words for the operator. `docs/operations.md` has the same."""

from collections.abc import Mapping
from types import MappingProxyType

from bowerbird.refusals import Reason

MEANINGS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.NOT_FOUND: "no such path below the vendor's prefix",
        Reason.METHOD_NOT_ALLOWED: "the path has other methods; `Allow` names them",
        Reason.CREDENTIALS_MISSING: "nothing where the vendor's key belongs",
        Reason.CREDENTIALS_INVALID: "unknown, revoked or expired",
        Reason.SCOPE_MISSING: "the key may not do this",
        Reason.TRACKING_OFF: "the workspace has `event_tracking=off`",
        Reason.THROTTLED: "over the rate limit; only Klaviyo has one",
        Reason.BODY_TOO_LARGE: "over `body_limit`, or over the vendor's own limit",
        Reason.BODY_EMPTY: "no body, or nothing but white space",
        Reason.MEDIA_TYPE_UNSUPPORTED: "content type or content coding that the vendor does not take",
        Reason.ENCODING_INVALID: "not UTF-8, or it does not decompress",
        Reason.JSON_MALFORMED: "not JSON, NaN, or nested deeper than 128 levels",
        Reason.NUMBER_INVALID: "a number that no double holds, such as `1e400`",
        Reason.BODY_NOT_OBJECT: "JSON, but no object",
        Reason.REVISION_INVALID: "Klaviyo's `revision` is missing or no date",
        Reason.INVALID: "the body breaks the vendor's rules; the answer says which",
        Reason.METRICS_EXHAUSTED: "one event name more than the workspace may have",
        Reason.UNAVAILABLE: "the event could not be made durable, or too many bodies are large; send it again",
        Reason.INTERNAL: "our mistake; the header `X-Fault-Id` names the entry on stderr",
    }
)
