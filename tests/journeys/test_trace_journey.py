"""Where is my event: asked by its own id or by the sender's, from the command line and over the API."""

from typing import Any

import httpx


def test_an_event_is_followed_from_its_acceptance_to_its_person(workspace: Any, vendors: Any) -> None:
    server, name = workspace.server, workspace.name
    vendor = vendors(workspace.key, "ada")["flywheel"]
    body = {"event": vendor.body["event"] | {"event_id": f"order-{name}", "timestamp": "2024-01-15T10:30:00Z"}}
    for _ in range(2):
        assert httpx.post(server.url + vendor.path, json=body, headers=vendor.headers, trust_env=False).is_success
    (event,) = workspace.api.events()

    told = server.call("trace", f"order-{name}", "--workspace", name)

    stored, duplicate = told["found"]
    assert (stored["outcome"], duplicate["outcome"]) == ("stored", "duplicate")
    assert stored["event_id"] == event["event_id"]
    facts = {step["step"]: step["facts"] for step in stored["steps"]}
    assert facts["accepted"]["key_id"].startswith("key_")
    assert any(event["person_id"] in map(str, known.values()) for known in facts.values())
    assert any(stored["event_id"] in map(str, step["facts"].values()) for step in duplicate["steps"])
    assert workspace.api.get(f"/events/{stored['event_id']}/trace")["found"] == [stored]
    assert server.run("trace", f"order-{name}", "--workspace", name).code == 0


def test_an_unknown_event_is_answered_with_advice(workspace: Any) -> None:
    ran = workspace.server.run("trace", "nobody-sent-this", "--workspace", workspace.name)
    assert ran.code == 1
    assert ran.document["found"] == []
    assert ran.document["advice"]


def test_an_event_is_readable_within_a_second(workspace: Any, vendors: Any, until: Any) -> None:
    vendor = vendors(workspace.key, "fresh")["scribe"]
    httpx.post(workspace.server.url + vendor.path, json=vendor.body, headers=vendor.headers, trust_env=False)
    until(lambda: workspace.api.get("/events")["events"], 1)
