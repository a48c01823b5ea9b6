"""Why a request is refused: a closed vocabulary. Each dialect maps every reason to its vendor's form, once."""

from enum import StrEnum
from typing import Any

import msgspec


class Reason(StrEnum):
    """Why a request was refused. What the sender did wrong first, what we could not do last."""

    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CREDENTIALS_MISSING = "credentials_missing"
    CREDENTIALS_INVALID = "credentials_invalid"
    SCOPE_MISSING = "scope_missing"
    TRACKING_OFF = "tracking_off"
    """The workspace's plan does not include event tracking (`event_tracking=off`)."""
    THROTTLED = "throttled"
    BODY_TOO_LARGE = "body_too_large"
    BODY_EMPTY = "body_empty"
    MEDIA_TYPE_UNSUPPORTED = "media_type_unsupported"
    ENCODING_INVALID = "encoding_invalid"
    """The body is not UTF-8, or does not decompress."""
    JSON_MALFORMED = "json_malformed"
    NUMBER_INVALID = "number_invalid"
    """A number that no double holds (`1e400`)."""
    BODY_NOT_OBJECT = "body_not_object"
    REVISION_INVALID = "revision_invalid"
    """Klaviyo's `revision` header is absent or no date."""
    INVALID = "invalid"
    """The body was understood and breaks the vendor's rules; `issues` says where."""
    METRICS_EXHAUSTED = "metrics_exhausted"
    """The workspace has as many event names as its plan allows, and this would be one more."""
    UNAVAILABLE = "unavailable"
    """The event could not be made durable, or too many bodies are large. Retryable."""
    INTERNAL = "internal"


class Issue(msgspec.Struct, frozen=True, omit_defaults=True):
    """One broken rule. `field` is the path from the body's root, parts joined by dots: `event.properties.plan`."""

    field: str
    code: str
    """The vendor's code for the rule, or ours where the vendor has none."""
    message: str
    allowed: tuple[Any, ...] = ()
    missing: tuple[str, ...] = ()


class Refused(Exception):
    """Ends a request. Raised by any step before the event is durable; `Dialect.refuse` makes the answer."""

    def __init__(
        self, reason: Reason, message: str = "", *, issues: tuple[Issue, ...] = (), retry_after: float = 0.0
    ) -> None:
        super().__init__(message or reason.value)
        self.reason = reason
        self.message = message
        self.issues = issues
        self.retry_after = retry_after
        """Seconds until another try makes sense; 0 where the vendor says nothing."""
