"""The vendors' own documentation against this server: only the host and the key are changed.

`curl` runs the examples as they are printed; what they sent is read back with the person who did it.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("curl") is None and "CI" not in os.environ, reason="the examples are sent with curl"
)


class Heard(NamedTuple):
    status: int
    body: str

    @property
    def document(self) -> Any:
        return json.loads(self.body)


Curl = Callable[[str], Heard]


@pytest.fixture
def curl(workspace: Any, tmp_path: Path) -> Iterator[Curl]:
    """Runs a shell command with one curl in it, which finds `$BOWERBIRD_URL` and `$BOWERBIRD_KEY`."""
    (tmp_path / ".curlrc").write_text('silent\nshow-error\nwrite-out = "\\n%{http_code}"\n')
    known = {"BOWERBIRD_URL": workspace.server.url, "BOWERBIRD_KEY": workspace.key, "CURL_HOME": str(tmp_path)}

    def run(command: str) -> Heard:
        ran = subprocess.run(
            ["bash", "-c", command], env=os.environ | known, capture_output=True, text=True, timeout=60, check=False
        )
        assert ran.returncode == 0, ran.stderr
        body, _, status = ran.stdout.rstrip("\n").rpartition("\n")
        return Heard(int(status), body)

    return run


@pytest.fixture
def list_94(workspace: Any, lines: Any, vendors: Any, until: Any) -> str:
    """Octeth's lists are made beforehand; returns when every collector knows this one."""
    workspace.server.call("list", "create", "--workspace", workspace.name, "--name", "Newsletter", "--id", "94")
    body = json.dumps({"APIKey": workspace.key, "ListID": 94}).encode()
    until(lambda: lines.statuses("POST", "/api/v1/website_events.properties", {}, body) == {200}, 5)
    return "94"


SCRIBE = """curl -X POST "$BOWERBIRD_URL/v1/analytics/events" -H "Authorization: Bearer $BOWERBIRD_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"event":{"name":"purchase","value":49.5,"currency":"EUR","click_id":"clk_1","event_id":"evt_1",
       "properties":{"plan":"pro","seats":3},"anonymous_id":"anon_1"}}'"""


def test_scribe_records_an_event(curl: Curl, workspace: Any) -> None:
    heard = curl(SCRIBE)
    again = curl(SCRIBE)

    assert heard == again
    assert heard.status == 202
    assert heard.document == {
        "data": {
            "name": "purchase", "value": 49.5, "currency": "EUR", "click_id": "clk_1", "source": "api",
            "status": "accepted",
        }
    }  # fmt: skip
    (event,) = workspace.api.events()
    assert event["person_id"]
    assert (event["name"], event["value"], event["currency"], event["anonymous_id"]) == (
        "purchase",
        49.5,
        "EUR",
        "anon_1",
    )
    assert event["properties"] == {"plan": "pro", "seats": 3}
    assert workspace.api.settled()["duplicate"] == 1


def test_scribe_identify_gives_a_person_its_anonymous_history(curl: Curl, workspace: Any) -> None:
    curl(SCRIBE)
    heard = curl(
        """curl "$BOWERBIRD_URL/v1/analytics/events" -H "Authorization: Bearer $BOWERBIRD_KEY" \
           -H 'Content-Type: application/json' \
           -d '{"event":{"name":"$identify","user_id":"u_1","anonymous_id":"anon_1",
                "traits":{"name":"Ada","email":"ada@example.com","plan":"pro"}}}'"""
    )
    assert (heard.status, heard.document["data"]["name"]) == (202, "$identify")

    (event,) = workspace.api.events()
    (person,) = workspace.api.get("/people", email="ada@example.com")["people"]
    assert event["person_id"] == person["person_id"]
    assert {one["kind"]: one["value"] for one in person["identifiers"]} == {
        "anonymous_id": "anon_1", "user_id": "u_1", "email": "ada@example.com",
    }  # fmt: skip
    assert person["traits"]["plan"] == "pro"
    assert workspace.api.settled()["identify_only"] == 1


KLAVIYO = """curl --request POST --url "$BOWERBIRD_URL/api/events/" \
     --header "Authorization: Klaviyo-API-Key $BOWERBIRD_KEY" --header 'accept: application/json' \
     --header 'content-type: application/json' --header 'revision: 2023-01-24' --data '
{"data": {"type": "event", "attributes": {
  "profile": {"$email": "sarah.mason@klaviyo-demo.com", "$first_name": "Sarah"},
  "metric": {"name": "Viewed Product"},
  "properties": {"Brand": "Kids Book", "pieces": 7, "$extra": {"html": "<b>x</b>"}},
  "time": "2022-11-08T00:00:00", "value": 9.99, "unique_id": "d47aeda5-1751-4483-a81e-6fcc8ad48711"}}}'"""


def test_klaviyo_takes_its_documented_event_once(curl: Curl, workspace: Any) -> None:
    assert [curl(KLAVIYO), curl(KLAVIYO.replace("/api/events/", "/api/events"))] == [Heard(202, "")] * 2

    (event,) = workspace.api.events()
    assert (event["name"], event["occurred_at"][:19], event["value"]) == ("Viewed Product", "2022-11-08T00:00:00", 9.99)
    assert event["properties"]["$extra"] == {"html": "<b>x</b>"}
    (person,) = workspace.api.get("/people", email="sarah.mason@klaviyo-demo.com")["people"]
    assert event["person_id"] == person["person_id"]
    assert person["traits"]["first_name"] == "Sarah"
    assert workspace.api.settled()["duplicate"] == 1


FLYWHEEL = """curl "$BOWERBIRD_URL/v1/events" -H "Authorization: $BOWERBIRD_KEY" -H 'Auth-Type: api' \
  -H 'Content-Type: application/json' -d '{"event": %s}'"""
FLYWHEEL_EXAMPLES = (
    {
        "event": "user_signup", "user_id": "user123",
        "properties": {
            "source": "website", "plan": "premium", "utm_source": "google_ads", "utm_campaign": "summer2024",
        },
    },
    {
        "event": "product_purchased", "user_id": "user456", "timestamp": "2024-01-15T10:30:00Z",
        "properties": {
            "product_name": "Premium Plan", "price": 99.99, "currency": "USD", "payment_method": "credit_card",
            "order_id": "ord_123456",
        },
    },
    {
        "event": "page_viewed", "anonymous_id": "anon_789",
        "properties": {"page": "/pricing", "referrer": "https://google.com", "device_type": "mobile"},
    },
    {
        "event": "user_updated_profile", "user_id": "user456", "identify": True,
        "properties": {
            "email": "john.doe@company.com", "first_name": "John", "last_name": "Doe", "phone": "+1-555-0123",
            "company": "Tech Corp", "plan_type": "premium",
        },
    },
)  # fmt: skip


def test_flywheel_tracks_its_four_examples(curl: Curl, workspace: Any) -> None:
    for example in FLYWHEEL_EXAMPLES:
        heard = curl(FLYWHEEL % json.dumps(example))
        assert (heard.status, heard.document) == (200, {"success": True, "message": "Event tracked successfully"})

    events = {event["name"]: event for event in workspace.api.events()}
    assert {name: event["properties"] for name, event in events.items()} == {
        example["event"]: example["properties"] for example in FLYWHEEL_EXAMPLES
    }
    (john,) = workspace.api.get("/people", email="john.doe@company.com")["people"]
    his = {"product_purchased", "user_updated_profile"}
    assert {name for name, event in events.items() if event["person_id"] == john["person_id"]} == his
    assert events["product_purchased"]["occurred_at"].startswith("2024-01-15T10:30:00")
    assert john["traits"]["company"] == "Tech Corp"


def test_successeve_takes_an_event_and_a_page_view_of_a_contact(curl: Curl, workspace: Any) -> None:
    event = curl(
        """curl -X POST -H "Content-Type: application/json" \
             -d '{
                "contact_uid": "123456",
                "event_uid": "user_registration",
                "params": {"account_uid": "78910", "display_name": "Registration"}
             }' \
             "$BOWERBIRD_URL/v1/track/event?api_token=$BOWERBIRD_KEY\""""
    )
    page = curl(
        """curl -X POST -H "Content-Type: application/json" -u "$BOWERBIRD_KEY:" \
             -d '{"contact_uid":"123456", "event_uid":"pageview", "params":{"account_uid":"78910",
                  "visit_url":"http://myproduct.com/onboarding"}}' \
             "$BOWERBIRD_URL/v1/track/event\""""
    )
    assert (event.status, event.document) == (page.status, page.document) == (200, {"status": "success"})

    viewed, registered = workspace.api.events()
    assert (registered["kind"], registered["name"]) == ("track", "user_registration")
    assert (viewed["kind"], viewed["properties"]["visit_url"]) == ("page", "http://myproduct.com/onboarding")
    (contact,) = workspace.api.get("/people", user_id="123456")["people"]
    assert {viewed["person_id"], registered["person_id"]} == {contact["person_id"]}
    assert contact["accounts"] == ["78910"]


OCTETH = """curl -X POST "$BOWERBIRD_URL/api/v1/event" -d '{
  "APIKey": "'"$BOWERBIRD_KEY"'",
  "ListID": 94,
  "id": "user-id-2006",
  "event": "test",
  "email": "2006@test.com",
  "properties": {
    "number-of-subscribers-imported": 100
  }
}'"""


def test_octeth_tracks_an_event_and_knows_its_properties(curl: Curl, workspace: Any, list_94: str) -> None:
    heard = curl(OCTETH)
    assert heard.status == 200
    assert heard.document | {"uuid": ""} == {
        "status": "success", "uuid": "", "external_id": "user-id-2006", "identify_event_sent": True,
    }  # fmt: skip
    assert curl(OCTETH).document["identify_event_sent"] is False

    events = workspace.api.events(list=list_94)
    assert sorted(event["name"] for event in events) == ["identify", "test", "test"]
    assert heard.document["uuid"] in {event["event_id"] for event in events}
    (person,) = workspace.api.get("/people", email="2006@test.com")["people"]
    assert {event["person_id"] for event in events} == {person["person_id"]}
    assert {one["value"] for one in person["identifiers"]} == {"user-id-2006", "2006@test.com"}

    asked = """curl -X POST "$BOWERBIRD_URL/api/v1/website_events.properties" \
        -d '{"APIKey": "'"$BOWERBIRD_KEY"'", "ListID": 94}'"""
    names = ["number-of-subscribers-imported"]
    assert curl(asked).document == {"ListID": "94", "Properties": {"identify": names, "test": names}}


def test_octeth_names_every_error_at_once(curl: Curl, workspace: Any) -> None:
    heard = curl("""curl "$BOWERBIRD_URL/api/v1/event" -d '{"APIKey": "'"$BOWERBIRD_KEY"'", "ListID": 3}'""")
    assert heard.status == 422
    assert heard.document == {
        "Errors": [
            {"Code": 4, "Message": "Invalid ListID parameter"},
            {"Code": 5, "Message": "Missing event parameter."},
            {"Code": 6, "Message": "Missing email parameter."},
        ]
    }
