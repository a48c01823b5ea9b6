"""Scribe, as its own OpenAPI document describes it."""

from bowerbird.console.openapi.vendor import (
    NUMBER,
    SCALARS,
    STRING,
    Vendor,
    answer,
    body,
    record,
    ref,
    said,
)

_ERROR = record({"type": STRING, "code": STRING, "message": STRING}, ("type", "code", "message"), closed=True)
_REMEDIATION = record(
    {
        "action": {"type": "string", "enum": ["connect_integration", "manage_in_dashboard", "upgrade_plan"]},
        "dashboard_url": {"type": "string", "format": "uri"},
        "message": STRING,
    },
    ("action", "dashboard_url", "message"),
    closed=True,
)
_DETAIL = record(
    {
        "field": STRING,
        "code": STRING,
        "message": STRING,
        "allowed": {"type": "array", "items": {}},
        "missing": {"type": "array", "items": STRING},
    },
    ("field", "code", "message"),
    closed=True,
)
_EVENT = record(
    {
        "name": said(STRING, "The event's name; `$identify` says who somebody is and needs `user_id`."),
        "value": said(NUMBER, "Monetary value attributed to the event."),
        "currency": said(STRING, "ISO code for `value`; default: the workspace's currency."),
        "click_id": said(STRING, "`scribe_click_id` captured from the landing URL; attributed for 30 days."),
        "event_id": said(STRING, "Idempotency key; a repeat within 24 h is recorded once."),
        "properties": said(SCALARS, "Flat bag of scalars."),
        "anonymous_id": STRING,
        "user_id": STRING,
        "traits": said(SCALARS, "Flat bag of scalars, for `$identify`."),
    },
    ("name",),
    closed=True,
)
_ACCEPTED = record(
    {
        "name": STRING,
        "value": NUMBER,
        "currency": STRING,
        "click_id": {"type": ["string", "null"]},
        "source": {"type": "string", "enum": ["api"]},
        "status": {"type": "string", "enum": ["accepted"]},
    },
    ("name", "value", "currency", "click_id", "source", "status"),
    closed=True,
)
_SENT = {"name": "purchase", "value": 49.9, "currency": "EUR", "event_id": "ord_1042", "user_id": "u_7"}
_EXAMPLE = {"event": {**_SENT, "properties": {"plan": "pro"}}}
_ANSWER = {
    "data": {
        "name": "purchase",
        "value": 49.9,
        "currency": "EUR",
        "click_id": None,
        "source": "api",
        "status": "accepted",
    }
}

VENDOR = Vendor(
    tag="Scribe",
    description="Analytics events of the Scribe Public API.",
    paths={
        "/v1/analytics/events": {
            "post": {
                "summary": "Record an event",
                "operationId": "scribe_record_event",
                "security": [{"ScribeKey": []}],
                "requestBody": body(ref("ScribeEventParams"), _EXAMPLE),
                "responses": {
                    "202": answer("Accepted; the event is durable.", ref("ScribeEventResponse"), _ANSWER),
                    "401": answer("Unauthorized", ref("ScribeError")),
                    "403": answer("The plan does not include event tracking, or a scope lacks.", ref("ScribeError")),
                    "422": answer("Invalid; every broken rule is in `details`.", ref("ScribeValidationError")),
                },
            }
        },
    },
    schemas={
        "ScribeEventParams": record({"event": _EVENT}, ("event",), closed=True),
        "ScribeEventResponse": record({"data": _ACCEPTED}, ("data",), closed=True),
        "ScribeError": record({"error": _ERROR, "remediation": _REMEDIATION}, ("error",), closed=True),
        "ScribeValidationError": record(
            {"error": _ERROR, "details": {"type": "array", "items": _DETAIL}}, ("error", "details"), closed=True
        ),
    },
    credentials={"ScribeKey": {"type": "http", "scheme": "bearer"}},
)
