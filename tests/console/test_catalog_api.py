"""What users say of event names and properties: who may, and where it shows."""

from typing import Any

from bowerbird.clock import SECOND


def sent(house: Any) -> None:
    house.send(house.event("purchase", properties={"price": 1, "coupon": "MAY"}), house.event("seen"))


def test_what_is_said_shows_in_the_catalog(house: Any) -> None:
    sent(house)
    said = {"name": "purchase", "description": "Paid for.", "hidden": True}
    answer = house.http.put("/api/v1/catalog", json=said)
    assert answer.status_code == 200
    document = answer.json()
    assert document.pop("changed_at").endswith("Z")
    assert document == said | {"workspace": "default", "property": "", "pii": False, "changed_by": "key_memory"}
    house.http.put("/api/v1/catalog", json={"name": "purchase", "property": "coupon", "pii": True})
    purchase, seen = house.get("/catalog")["events"]
    assert (purchase["description"], purchase["hidden"], purchase["pii"]) == ("Paid for.", True, False)
    assert {one["name"]: one["pii"] for one in purchase["properties"]} == {"coupon": True, "price": False}
    assert (seen["description"], seen["hidden"], seen["pii"]) == ("", False, False)
    house.http.put("/api/v1/catalog", json={"name": "purchase"})
    assert house.get("/catalog", name="purchase")["events"][0]["description"] == ""


def test_analysts_may_describe_and_viewers_may_not(house: Any) -> None:
    sent(house)
    for role, status in (("owner", 200), ("analyst", 200), ("viewer", 403)):
        house.registry.add_session(f"session-of-{role}", role, role, house.clock.now() + 3600 * SECOND)
        with house.client(f"session-of-{role}") as http:
            answer = http.put("/api/v1/catalog", json={"name": "seen", "description": role})
            assert answer.status_code == status, answer.text
    (seen,) = house.get("/catalog", name="seen")["events"]
    assert seen["description"] == "analyst"
    assert house.described.all("default")[0].changed_by == "session:analyst"


def test_another_workspace_says_something_else(house: Any) -> None:
    sent(house)
    house.registry.add_key("key-of-acme", "acme", ("admin",))
    house.http.put("/api/v1/catalog", json={"name": "seen", "description": "ours"})
    with house.client("key-of-acme") as http:
        assert http.get("/api/v1/catalog").json() == {"events": []}
        refused = http.put("/api/v1/catalog?workspace=default", json={"name": "seen", "description": "theirs"})
        assert refused.status_code == 403


def test_nonsense_is_refused(house: Any) -> None:
    for wrong in ({}, {"name": ""}, {"name": "x" * 1001}, {"name": "a", "pii": "perhaps"}, {"name": "a\0"}):
        answer = house.http.put("/api/v1/catalog", json=wrong)
        assert answer.status_code == 422, wrong
        assert answer.json()["error"]["message"]
