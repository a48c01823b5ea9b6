"""Klaviyo's event endpoints, by the revision that the request names."""

from bowerbird.console.openapi.vendor import (
    BAG,
    NUMBER,
    STRING,
    Vendor,
    answer,
    body,
    header,
    record,
    ref,
    said,
)

_MEDIA = "application/vnd.api+json"
_REVISION = header("revision", "API revision, `YYYY-MM-DD[.suffix]`; before 2023-07-15 the flat shape.", "2023-01-24")
_ERRORS = {
    "400": answer("Invalid input.", ref("KlaviyoErrors"), media=_MEDIA),
    "401": answer("Missing or wrong key.", ref("KlaviyoErrors"), media=_MEDIA),
    "403": answer("The key lacks the scope.", ref("KlaviyoErrors"), media=_MEDIA),
    "429": answer("Throttled; `Retry-After` says for how long.", ref("KlaviyoErrors"), media=_MEDIA),
}
_PROFILE = said(
    BAG | {"properties": dict.fromkeys(("$email", "$phone_number", "$id", "$first_name", "$last_name"), STRING)},
    "At least one identifier: `$email`, `$phone_number` or `$id`. Other keys are traits.",
)
_COMMON = {
    "properties": said(BAG, "At most 300, 10 levels deep; `$extra` is kept and never segmentable."),
    "time": said({"type": "string", "format": "date-time"}, "Truncated to the second; default: time of receipt."),
    "value": NUMBER,
    "unique_id": said(STRING, "A repeat for the same profile and metric is recorded once; default: the second."),
}
_METRIC = record({"name": said({"type": "string", "maxLength": 127}, "Event name."), "service": STRING}, ("name",))
_FLAT = record({"profile": _PROFILE, "metric": _METRIC, **_COMMON}, ("profile", "metric", "properties"))
_NESTED_PROFILE = record(
    {
        "type": {"const": "profile"},
        "id": STRING,
        "attributes": BAG
        | {"properties": dict.fromkeys(("email", "phone_number", "external_id", "anonymous_id"), STRING)},
    },
    ("type", "attributes"),
)
_NESTED = record(
    {
        "profile": record({"data": _NESTED_PROFILE}, ("data",)),
        "metric": record({"data": record({"type": {"const": "metric"}, "attributes": _METRIC})}, ("data",)),
        **_COMMON,
        "value_currency": said(STRING, "From revision 2024-02-15."),
    },
    ("profile", "metric", "properties"),
)
_DATA = record({"type": {"const": "event"}, "attributes": {"anyOf": [_FLAT, _NESTED]}}, ("type", "attributes"))
_ERROR = record(
    {
        "id": STRING,
        "status": {"type": "integer"},
        "code": STRING,
        "title": STRING,
        "detail": STRING,
        "source": record({"pointer": STRING, "parameter": STRING}),
    },
    ("id", "status", "code", "title", "detail"),
)
_ATTRIBUTES = {
    "profile": {"$email": "ada@example.com"},
    "metric": {"name": "Placed Order"},
    "properties": {"items": 3},
    "value": 9.99,
    "unique_id": "ord_1042",
}
_EXAMPLE = {"data": {"type": "event", "attributes": _ATTRIBUTES}}
_EVENT_BODY = body(ref("KlaviyoEvent"), _EXAMPLE, "application/json", _MEDIA)

VENDOR = Vendor(
    tag="Klaviyo",
    description="The Events API; the `revision` header picks the flat or the nested shape.",
    paths={
        "/api/events/": {
            "post": {
                "summary": "Create Event",
                "operationId": "klaviyo_create_event",
                "security": [{"KlaviyoKey": []}],
                "parameters": [_REVISION],
                "requestBody": _EVENT_BODY,
                "responses": {"202": answer("Accepted; empty body.")} | _ERRORS,
            }
        },
    },
    schemas={
        "KlaviyoEvent": record({"data": _DATA}, ("data",)),
        "KlaviyoErrors": record({"errors": {"type": "array", "items": _ERROR}}, ("errors",)),
    },
    credentials={
        "KlaviyoKey": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Klaviyo-API-Key <key>`",
            "x-example": "Klaviyo-API-Key <key>",
        }
    },
)
