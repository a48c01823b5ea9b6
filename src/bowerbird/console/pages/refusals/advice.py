"""What to do about a refused request."""

from collections.abc import Mapping
from types import MappingProxyType

from bowerbird.refusals import Reason

ADVICE: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.NOT_FOUND: "Compare the path with the vendor's in the documentation; only the host should differ.",
        Reason.METHOD_NOT_ALLOWED: "Send it with the method that the documentation names.",
        Reason.CREDENTIALS_MISSING: "Put the key where the vendor's clients put it; the documentation shows where.",
        Reason.CREDENTIALS_INVALID: "Compare how it begins with the keys under Settings, or register this one there.",
        Reason.SCOPE_MISSING: "Make a key with the scope events:write under Settings.",
        Reason.TRACKING_OFF: "Turn event_tracking on under Settings.",
        Reason.THROTTLED: "Send slower, or lift klaviyo.burst and klaviyo.steady under Settings, Limits.",
        Reason.BODY_TOO_LARGE: "Send fewer events a request, or raise body_limit in the server's settings.",
        Reason.BODY_EMPTY: "See whether the sender leaves the body out, or a proxy drops it.",
        Reason.MEDIA_TYPE_UNSUPPORTED: "Send it with the Content-Type that the documentation names.",
        Reason.ENCODING_INVALID: "Send UTF-8, and let Content-Encoding say how it is compressed.",
        Reason.JSON_MALFORMED: "Have the sender write the body with a JSON library; the message tells the place.",
        Reason.NUMBER_INVALID: "Send a number that large as a text.",
        Reason.BODY_NOT_OBJECT: "Send an object, as in the documentation's example.",
        Reason.REVISION_INVALID: "Send the header revision with a date, such as 2025-07-15.",
        Reason.INVALID: "Mend the fields that are named; the documentation has the rules.",
        Reason.METRICS_EXHAUSTED: "Raise klaviyo.metrics under Settings, Limits, or reuse a name.",
        Reason.UNAVAILABLE: "Look at the server's disk and output; send large bodies one by one. It may be sent again.",
        Reason.INTERNAL: "Look for the X-Fault-Id of the answer in the server's output.",
    }
)
