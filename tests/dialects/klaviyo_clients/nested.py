"""Sends events as an integration of 2026 does: klaviyo-api 25.0.0, revision 2026-10-15, nested bodies.

Usage: nested.py URL KEY [CALLS]. Prints one JSON line a call: the status, and the first error's code and pointer.
With CALLS, sends that many distinct events and leaves retries to the client.
"""

import json
import sys

import openapi_client
from klaviyo_api import KlaviyoAPI


def event(profile, metric, **attributes):
    return {
        "data": {
            "type": "event",
            "attributes": {
                "properties": {},
                **attributes,
                "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
                "profile": {"data": {"type": "profile", "attributes": profile}},
            },
        }
    }


SARAH = {"email": "sarah@example.com", "external_id": "4711", "first_name": "Sarah", "properties": {"plan": "trial"}}
ORDER = event(
    SARAH,
    "Placed Order",
    properties={"Brand": "Kids Books", "pieces": 3, "id": 9007199254740993, "$extra": {"html": "<p>"}},
    time="2022-11-08T00:00:00.123456+00:00",
    value=9.99,
    value_currency="EUR",
    unique_id="order-1",
)
CALLS = [
    ORDER,
    ORDER,
    event({"phone_number": "+15005550006"}, "Viewed Product"),
    event({"first_name": "Sarah"}, "Viewed Product"),
    event(SARAH, "m" * 128),
]


def send(klaviyo, body):
    try:
        klaviyo.Events.create_event(body)
    except openapi_client.ApiException as refused:
        error = json.loads(refused.body)["errors"][0]
        return {"status": refused.status, "code": error["code"], "pointer": error["source"]["pointer"]}
    return {"status": 202}


url, key, *count = sys.argv[1:]
if count:
    CALLS = [event(SARAH, "Viewed Product", unique_id=str(number)) for number in range(int(count[0]))]
client = KlaviyoAPI(key, test_host=url)
for call in CALLS:
    print(json.dumps(send(client, call)))
if not count:
    print(json.dumps(send(KlaviyoAPI("wrong", test_host=url), ORDER)))
