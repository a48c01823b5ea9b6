"""Sends events as an integration of 2023 does: klaviyo-api 1.1.0, revision 2023-01-24, flat bodies.

Usage: flat.py URL KEY. Prints one JSON line a call: the status, and the first error's code and pointer.
"""

import json
import sys
from datetime import UTC, datetime

import openapi_client
from klaviyo_api import KlaviyoAPI

PROFILE = {"$email": "sarah@example.com", "$first_name": "Sarah", "$id": 4711, "plan": "trial"}
ORDER = {
    "profile": PROFILE,
    "metric": {"name": "Placed Order"},
    "properties": {"Brand": "Kids Books", "pieces": 3, "paid": True, "$extra": {"html": "<p>"}},
    "time": datetime(2022, 11, 8, 0, 0, 0, 123456, tzinfo=UTC),
    "value": 9.99,
    "unique_id": "order-1",
}
CALLS = [
    ORDER,
    ORDER,
    {"profile": {"$phone_number": "+15005550006"}, "metric": {"name": "Viewed Product"}, "properties": {}},
    {"profile": {"plan": "trial"}, "metric": {"name": "Viewed Product"}, "properties": {}},
    {"profile": PROFILE, "metric": {"name": "m" * 128}, "properties": {}},
]


def send(klaviyo, attributes):
    try:
        klaviyo.Events.create_event({"data": {"type": "event", "attributes": attributes}})
    except openapi_client.ApiException as refused:
        error = json.loads(refused.body)["errors"][0]
        return {"status": refused.status, "code": error["code"], "pointer": error["source"]["pointer"]}
    return {"status": 202}


url, key = sys.argv[1:]
for call in CALLS:
    print(json.dumps(send(KlaviyoAPI(key, test_host=url), call)))
print(json.dumps(send(KlaviyoAPI("wrong", test_host=url), ORDER)))
