"""Everything anew from the log, beside a running server and without one: the same answers."""

import json
from typing import Any

import httpx


def send_a_history(server: Any, vendors: Any) -> None:
    """People who merge, events that repeat, traits, accounts, conversions."""
    server.call("list", "create", "--name", "Newsletter", "--id", "94")
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        for number in range(60):
            mark = f"reader{number % 12}"
            for dialect, vendor in vendors(server.key, mark).items():
                body = json.loads(json.dumps(vendor.body))
                if dialect == "flywheel":
                    body["event"] |= {"identify": True, "event_id": f"f{number % 40}", "anonymous_id": f"a{number % 7}"}
                    body["event"]["properties"] |= {"email": f"{mark}@example.com", "plan": f"plan{number}"}
                if dialect == "successeve":
                    body["params"] |= {"account_uid": f"acme{number % 5}"}
                http.post(vendor.path, json=body, headers=vendor.headers)


def answers_of(api: Any) -> dict[str, Any]:
    people = api.get("/people", limit=200)["people"]
    return {
        "events": api.events(),
        "people": [api.get(f"/people/{one['person_id']}") for one in people],
        "catalog": api.get("/catalog"),
        "audit": api.settled(),
    }


def test_a_replay_changes_no_answer(server: Any, vendors: Any, api: Any) -> None:
    send_a_history(server, vendors)
    asking = api(server)
    before = answers_of(asking)
    assert before["audit"]["duplicate"] > 0
    assert any(person["merges"] for person in before["people"])

    assert server.call("replay", "--yes")["pending"] == 0
    assert answers_of(asking) == before

    server.stop()
    assert server.call("replay", "--yes")["pending"] == 0
    server.start()
    assert answers_of(api(server)) == before
