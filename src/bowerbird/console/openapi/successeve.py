"""Successeve, formerly Salesmachine."""

from bowerbird.console.openapi.vendor import BAG, STRING, Vendor, answer, body, query, record, ref, said

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


_EVENT_POST = {
    "summary": "Send an event or a pageview",
    "operationId": "successeve_event",
    "security": [{"SuccesseveToken": []}, {"SuccesseveBasic": []}],
    "requestBody": body(ref("SuccesseveEvent"), _EXAMPLE),
    "responses": {
        "200": answer("Accepted; the event is durable.", ref("SuccesseveStatus"), _STATUS),
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

VENDOR = Vendor(
    tag="Successeve",
    description="The tracking API of Successeve, formerly Salesmachine.",
    paths={
        "/v1/track/event": {
            "post": _EVENT_POST,
            "get": _TUNNEL,
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
