"""Flywheel, as its own OpenAPI document describes it. Its path is also Scribe's older one."""

from bowerbird.console.openapi.vendor import BOOLEAN, STRING, Vendor, answer, body, record, ref, said

_EVENT = record(
    {
        "event": {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$", "description": "The event's name."},
        "user_id": STRING,
        "timestamp": said({"type": "string", "format": "date-time"}, "With offset; default: time of receipt."),
        "event_id": said(STRING, "Names the occurrence; a repeat is recorded once."),
        "properties": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
        "anonymous_id": STRING,
        "identify": said(BOOLEAN | {"default": False}, "Updates the profile from `properties` first."),
    },
    ("event",),
)
_EXAMPLE = {
    "event": {
        "event": "product_purchased",
        "user_id": "user456",
        "timestamp": "2024-01-15T10:30:00Z",
        "properties": {"product_name": "Premium Plan", "price": 99.99},
    }
}
_KEY = {"type": "apiKey", "in": "header"}

VENDOR = Vendor(
    tag="Flywheel",
    description="Event tracking of the Flywheel API.",
    paths={
        "/v1/events": {
            "post": {
                "summary": "Track User Event",
                "description": "Told apart from Scribe's older use of this path by the `Auth-Type` header.",
                "operationId": "flywheel_track",
                "security": [{"FlywheelKey": [], "FlywheelAuthType": []}],
                "requestBody": body(ref("FlywheelEvent"), _EXAMPLE),
                "responses": {
                    "200": answer(
                        "Tracked; the event is durable.",
                        ref("FlywheelResponse"),
                        {"success": True, "message": "Event tracked successfully"},
                    ),
                    "400": answer(
                        "Invalid event data",
                        ref("FlywheelError"),
                        {"error": "Validation failed: event name is required", "code": "VALIDATION_ERROR"},
                    ),
                    "401": answer("Invalid or missing API key", ref("FlywheelError")),
                    "500": answer("Internal server error", ref("FlywheelError")),
                },
            }
        }
    },
    schemas={
        "FlywheelEvent": record({"event": _EVENT}, ("event",)),
        "FlywheelResponse": record({"success": BOOLEAN, "message": STRING}),
        "FlywheelError": record({"error": STRING, "code": STRING}),
    },
    credentials={
        "FlywheelKey": _KEY | {"name": "Authorization", "description": "The key itself, without `Bearer`."},
        "FlywheelAuthType": _KEY | {"name": "Auth-Type", "description": "Always `api`.", "x-example": "api"},
    },
)
