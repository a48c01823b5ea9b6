"""Successeve, formerly Salesmachine."""

from typing import Any

from bowerbird.console.openapi.vendor import BAG, STRING, Schema, Vendor, answer, body, query, record, ref, said

_EVENT = record(
    {
        "contact_uid": said({"type": ["string", "integer"]}, "A unique id of the contact in your application."),
        "event_uid": said(STRING, "Event name in snake case; `pageview`, or absent with `params.visit_url`: a page."),
        "created_at": said({"type": ["string", "integer"]}, "Unix seconds or ISO 8601; default: time of receipt."),
        "params": BAG
        | record(
            {
                "account_uid": said(STRING, "The account that the contact belongs to."),
                "display_name": said(STRING, "Human readable event name."),
                "visit_url": STRING,
            }
        ),
    },
    ("contact_uid",),
)
_STATUS = {"status": "success"}
_EXAMPLE = {
    "contact_uid": "123456",
    "event_uid": "user_registration",
    "params": {"account_uid": "78910", "display_name": "Registration"},
}


def _operation(name: str, summary: str, schema: Schema, example: Any, success: str = "200") -> Schema:
    return {
        "summary": summary,
        "operationId": f"successeve_{name}",
        "security": [{"SuccesseveToken": []}, {"SuccesseveBasic": []}],
        "requestBody": body(schema, example, "application/json"),
        "responses": {
            success: answer("Accepted; the event is durable.", ref("SuccesseveStatus"), _STATUS),
            "400": answer("A parameter is missing or wrong.", ref("SuccesseveError")),
            "401": answer("Wrong key.", ref("SuccesseveError")),
            "406": answer("Not JSON.", ref("SuccesseveError")),
            "429": answer("Too many requests.", ref("SuccesseveError")),
        },
    }


_TUNNEL = {
    "summary": "Record an event (GET tunnel)",
    "operationId": "successeve_event_tunnel",
    "security": [{"SuccesseveToken": []}],
    "parameters": [
        query("_method", "`post`"),
        query("encode", "`base64` or `none`", required=False),
        query("data", "The JSON body, encoded as `encode` says."),
    ],
    "responses": {"200": answer("Accepted.", ref("SuccesseveStatus"), _STATUS)},
}
_CONTACT = record({"contact_uid": STRING, "params": BAG}, ("contact_uid",))
_ACCOUNT = record({"account_uid": STRING, "params": BAG}, ("account_uid",))
_BATCH_ITEM = BAG | record({"method": {"type": "string", "enum": ["event", "contact", "account"]}}, ("method",))

VENDOR = Vendor(
    tag="Successeve",
    description="The tracking API of Successeve, formerly Salesmachine.",
    paths={
        "/v1/track/event": {
            "post": _operation("event", "Send an event or a pageview", ref("SuccesseveEvent"), _EXAMPLE),
            "get": _TUNNEL,
        },
        "/v1/contact": {
            "post": _operation("contact", "Create or update a contact", _CONTACT, {"contact_uid": "123456"})
        },
        "/v1/account": {
            "post": _operation("account", "Create or update an account", _ACCOUNT, {"account_uid": "78910"})
        },
        "/v1/batch": {
            "post": _operation(
                "batch",
                "Send up to 100 items",
                {"type": "array", "maxItems": 100, "items": _BATCH_ITEM},
                [{"method": "event", **_EXAMPLE}],
                "201",
            )
        },
    },
    schemas={
        "SuccesseveEvent": _EVENT,
        "SuccesseveStatus": record({"status": STRING}),
        "SuccesseveError": record({"status": STRING, "code": {}, "message": STRING, "error": {}}),
    },
    credentials={
        "SuccesseveToken": {"type": "apiKey", "in": "query", "name": "api_token"},
        "SuccesseveBasic": {"type": "http", "scheme": "basic"},
    },
)
