"""Segments and boards over the JSON API."""

from typing import Any

import pytest

from bowerbird.clock import SECOND

BUYERS = {"did": {"event": "bought"}}
TILE = {"title": "Sales", "kind": "trend", "question": {"series": [{"event": "bought"}]}, "view": "line"}


def test_a_segment_is_saved_shown_and_removed(house: Any) -> None:
    put = house.http.put("/api/v1/segments/Big buyers/EU", json=BUYERS)
    assert put.status_code == 200, put.text
    told = put.json()
    assert told["condition"] == BUYERS
    assert told["id"] == told["name"] == "Big buyers/EU"
    assert told["created_by"] == "key_memory"
    assert house.get("/segments/Big buyers/EU") == told
    assert house.get("/segments") == {
        "segments": [{key: told[key] for key in told if key not in ("condition", "version")}]
    }
    assert house.http.delete("/api/v1/segments/Big buyers/EU").json() == {"removed": "Big buyers/EU"}
    assert house.http.get("/api/v1/segments/Big buyers/EU").status_code == 404
    assert house.http.delete("/api/v1/segments/Big buyers/EU").status_code == 404


def test_a_saved_segment_can_be_asked_for(house: Any) -> None:
    asked = house.http.post("/api/v1/insights/segment", json={"condition": {"segment": "Buyers"}})
    assert asked.status_code == 422
    assert "there is no segment 'Buyers'" in asked.text
    house.http.put("/api/v1/segments/Buyers", json=BUYERS)
    given = house.sources.insights._segments("default", "Buyers")
    assert given.did.event == "bought"
    assert house.sources.insights._segments("acme", "Buyers") is None


def test_a_segment_in_use_says_by_which(house: Any) -> None:
    house.http.put("/api/v1/segments/Buyers", json=BUYERS)
    house.http.put("/api/v1/segments/Others", json={"not": {"segment": "Buyers"}})
    refused = house.http.delete("/api/v1/segments/Buyers")
    assert refused.status_code == 409
    assert "'Others'" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "cannot be understood"),
        (b"{}", "a condition is one of"),
        (b'{"field": "name", "value": "x"}', "about people"),
        (b"[" * 100_000, "cannot be understood"),
        (b'{"field": "trait:x", "value": "' + b"y" * 300_000 + b'"}', "256 KB"),
    ],
)
def test_a_senseless_segment_is_refused(house: Any, body: bytes, words: str) -> None:
    refused = house.http.put("/api/v1/segments/s", content=body)
    assert refused.status_code == 422
    assert words in refused.json()["error"]["message"]
    assert house.get("/segments") == {"segments": []}


def test_a_board_is_saved_shown_and_removed(house: Any) -> None:
    told = house.http.put("/api/v1/boards/sales", json={"name": "Sales", "tiles": [TILE]}).json()
    assert told["name"] == "Sales"
    assert told["tiles"] == [{**TILE, "size": "medium"}]
    assert house.get("/boards/sales") == told
    assert house.get("/boards")["boards"] == [{key: told[key] for key in told if key not in ("tiles", "version")}]
    house.clock.advance(1)
    again = house.http.put("/api/v1/boards/sales", json={"name": "Sales of May"}).json()
    assert (again["name"], again["tiles"]) == ("Sales of May", [])
    assert again["changed_at"] > told["changed_at"]
    assert house.http.put("/api/v1/boards/other", json={"name": "Sales of May"}).status_code == 409
    assert house.http.delete("/api/v1/boards/sales").json() == {"removed": "sales"}
    assert house.http.get("/api/v1/boards/sales").status_code == 404


@pytest.mark.parametrize(
    ("board", "status"),
    [
        ({}, 422),
        ({"name": ""}, 422),
        ({"name": "b", "tiles": [{**TILE, "kind": "magic"}]}, 404),
        ({"name": "b", "tiles": [{**TILE, "question": {"nonsense": 1}}]}, 422),
        ({"name": "b", "tiles": [TILE] * 51}, 422),
        ({"name": "b", "tiles": [{**TILE, "size": "vast"}]}, 422),
    ],
)
def test_a_senseless_board_is_refused(house: Any, board: dict[str, Any], status: int) -> None:
    refused = house.http.put("/api/v1/boards/b", json=board)
    assert refused.status_code == status, refused.text
    assert refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "bodies"),
    [
        ("boards/sales", [{"name": "Sales"}, {"name": "Sales", "tiles": [TILE]}, {"name": "Other"}]),
        ("segments/Buyers", [BUYERS, {"not": BUYERS}, {"all": [BUYERS]}]),
    ],
)
def test_of_two_changes_to_one_thing_the_later_one_is_told(house: Any, path: str, bodies: list[Any]) -> None:
    version = house.http.put(f"/api/v1/{path}", json=bodies[0]).json()["version"]
    changed = house.http.put(f"/api/v1/{path}", json=bodies[1], params={"version": version})
    assert changed.status_code == 200, changed.text
    late = house.http.put(f"/api/v1/{path}", json=bodies[2], params={"version": version})
    assert late.status_code == 409
    assert late.json()["error"]["hint"]
    assert house.get(f"/{path}") == changed.json()
    assert house.http.put(f"/api/v1/{path}", json=bodies[2]).status_code == 200, "whatever is there"


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("analyst", 200), ("viewer", 403)])
def test_users_change_them_as_their_role_says(house: Any, role: Any, status: int) -> None:
    house.registry.add_session("a session", "ana", role, house.clock.now() + 3600 * SECOND)
    client = house.client("a session")
    assert client.get("/api/v1/boards").status_code == 200
    assert client.put("/api/v1/boards/b", json={"name": "b"}).status_code == status
    assert client.put("/api/v1/segments/s", json=BUYERS).status_code == status
    assert client.delete("/api/v1/boards/b").status_code == status


def test_a_key_needs_its_scope(house: Any) -> None:
    house.registry.add_key("reads", scopes=("insights:read",))
    house.registry.add_key("writes events", scopes=("events:write",))
    assert house.client("reads").get("/api/v1/segments").status_code == 200
    assert house.client("reads").put("/api/v1/segments/s", json=BUYERS).status_code == 403
    assert house.client("writes events").get("/api/v1/segments").status_code == 403
    assert house.client("writes events").put("/api/v1/boards/b", json={"name": "b"}).status_code == 403


def test_a_senseless_file_is_refused_before_it_begins(house: Any) -> None:
    refused = house.http.post("/api/v1/insights/segment/csv", json={"condition": {"segment": "nobody's"}})
    assert refused.status_code == 422
    assert house.http.post("/api/v1/insights/segment/csv", content=b"{").status_code == 422
