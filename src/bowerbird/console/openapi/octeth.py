"""Octeth's event tracking. Credentials stand in the body; parameter names are taken in any case."""

from bowerbird.console.openapi.vendor import BAG, BOOLEAN, STRING, Schema, Vendor, answer, body, record, ref, said

_LIST: Schema = {"type": ["integer", "string"]}
_CREDENTIALS = {
    "SessionID": said(STRING, "Either this or `APIKey`."),
    "APIKey": said(STRING, "Either this or `SessionID`."),
}
_EVENT = record(
    {
        **_CREDENTIALS,
        "ListID": said(_LIST, "The list that the event belongs to."),
        "ID": said(STRING, "The event owner's custom id; a random one is made when it is absent."),
        "Event": said(STRING, "`pageView`, `identify`, `conversion` or a name of your own."),
        "Email": said({"type": "string", "format": "email"}, "The subscriber's address."),
        "Properties": said(BAG, "`conversion` needs `conversion-id`, `conversion-name` and `conversion-value`."),
    },
    ("ListID", "Event", "Email"),
)
_EVENT_EXAMPLE = {
    "APIKey": "<key>",
    "ListID": 94,
    "id": "user-id-2006",
    "event": "test",
    "email": "2006@test.com",
    "properties": {"number-of-subscribers-imported": 100},
}
_EVENT_ANSWER = {
    "status": "success",
    "uuid": "13f8e79a-f063-4b80-10e4-b65a699a2f56",
    "external_id": "user-id-2006",
    "identify_event_sent": True,
}
_ERROR = record({"Code": {"type": "integer"}, "Message": STRING}, ("Code", "Message"))
_UNAUTHORIZED = answer(
    "Unknown key or session.",
    ref("OctethErrors"),
    {"Errors": [{"Code": 99998, "Message": "Authentication failure or session expired"}]},
)

VENDOR = Vendor(
    tag="Octeth",
    description="Event tracking of Octeth.",
    paths={
        "/api/v1/event": {
            "post": {
                "summary": "Track an Event",
                "operationId": "octeth_event",
                "security": [],
                "requestBody": body(ref("OctethEvent"), _EVENT_EXAMPLE),
                "responses": {
                    "200": answer("Tracked; the event is durable.", ref("OctethTracked"), _EVENT_ANSWER),
                    "401": _UNAUTHORIZED,
                    "422": answer(
                        "One entry for each error.",
                        ref("OctethErrors"),
                        {"Errors": [{"Code": 4, "Message": "Invalid ListID parameter"}]},
                    ),
                },
            }
        },
        "/api/v1/website_events.properties": {
            "post": {
                "summary": "Retrieve Event Properties Of A List",
                "operationId": "octeth_properties",
                "security": [],
                "requestBody": body(record({**_CREDENTIALS, "ListID": _LIST}, ("ListID",)), {"ListID": 3}),
                "responses": {
                    "200": answer(
                        "Event names and property names, both sorted.",
                        ref("OctethProperties"),
                        {"ListID": "3", "Properties": {"identify": ["$browser", "emailAddress"]}},
                    ),
                    "401": _UNAUTHORIZED,
                    "422": answer("List missing, invalid or not found.", ref("OctethErrors")),
                },
            }
        },
    },
    schemas={
        "OctethEvent": _EVENT,
        "OctethTracked": record(
            {"status": STRING, "uuid": STRING, "external_id": STRING, "identify_event_sent": BOOLEAN}
        ),
        "OctethProperties": record(
            {
                "ListID": STRING,
                "Properties": {"type": "object", "additionalProperties": {"type": "array", "items": STRING}},
            }
        ),
        "OctethErrors": record({"Errors": {"type": "array", "items": _ERROR}}, ("Errors",)),
    },
    credentials={},
)
