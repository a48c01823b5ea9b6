"""Why is my event not there? A real server tells: by API and command line, for the sender's own workspace alone."""

import http.client
import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

FLOOD = 20_000
STRANGER = "sk_live_stranger_0123456789"
VALUE = "value-that-nobody-may-keep"


def post(server: Any, vendor: Any, body: Any) -> httpx.Response:
    return httpx.post(server.url + vendor.path, json=body, headers=vendor.headers, trust_env=False, timeout=60)


def refused(workspace: Any, until: Any, count: int, **query: Any) -> list[Any]:
    """The workspace's refusals, once there are as many. Its collectors were asked without a body when it was made."""
    found: list[Any] = []

    def there() -> bool:
        found[:] = [one for one in workspace.api.get("/refusals", **query)["refusals"] if one["size"]]
        return len(found) >= count

    until(there)
    return found


def bytes_of(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in data.glob("refusals.db*"))


def test_a_sender_is_told_which_field_and_why(workspace: Any, vendors: Any, until: Any) -> None:
    ways, server = vendors(workspace.key, VALUE), workspace.server
    properties = {"email": VALUE, "nested": {"a": VALUE}}
    assert post(server, ways["scribe"], {"event": {"user_id": VALUE, "properties": properties}}).status_code == 422
    wrong = {"data": {"type": "event", "attributes": {"profile": VALUE, "metric": {"name": 7}}}}
    assert post(server, ways["klaviyo"], wrong).status_code == 400
    assert post(server, ways["octeth"], ways["octeth"].body | {"ListID": VALUE}).status_code == 422
    by_dialect = {one["dialect"]: one for one in refused(workspace, until, 3)}
    scribe, klaviyo, octeth = (by_dialect[name] for name in ("scribe", "klaviyo", "octeth"))
    assert {"field": "event.name", "code": "blank", "message": "Name can't be blank."} in scribe["issues"]
    assert "event.properties.nested" in [issue["field"] for issue in scribe["issues"]]
    assert "/data/attributes/profile" in [issue["field"] for issue in klaviyo["issues"]]
    assert [issue["field"] for issue in octeth["issues"]] == ["ListID"]
    for one in by_dialect.values():
        assert (one["reason"], one["workspace"], one["client_ip"]) == ("invalid", workspace.name, "127.0.0.1")
        assert one["key_id"].startswith("key_")
    shown = server.call("refusals", "--workspace", workspace.name, "--key", scribe["key_id"], "--reason", "invalid")
    assert len(shown["refusals"]) == 3
    kept = bytes_of(server.data)
    assert b"event.properties.nested" in kept, "these are the files"
    assert VALUE.encode() not in kept
    assert workspace.key.encode() not in kept


def test_a_wrong_path_and_a_large_body_are_told_to_whose_key_it_is(workspace: Any, vendors: Any, until: Any) -> None:
    vendor = vendors(workspace.key)["scribe"]
    post(workspace.server, vendor._replace(path="/v1/analytics/event?x=in-the-query"), vendor.body)
    post(workspace.server, vendor, {"event": {"name": "x" * 6_000_001}})
    found = {one["reason"]: one for one in refused(workspace, until, 2)}
    assert found["not_found"]["path"] == "/v1/analytics/event"
    assert found["body_too_large"]["status"] == 413
    assert found["body_too_large"]["size"] > 6_000_000


def test_an_unknown_key_is_seen_by_the_operator_alone(workspace: Any, vendors: Any, until: Any) -> None:
    server = workspace.server
    for way in vendors(STRANGER).values():
        assert post(server, way, way.body).status_code == 401
    found: list[Any] = []

    def there() -> bool:
        shown = server.call("refusals", "--reason", "credentials_invalid", "--limit", "1000")["refusals"]
        found[:] = [one for one in shown if one["secret_hint"] == f"{STRANGER[:4]}…"]
        return len({one["dialect"] for one in found}) == 5

    until(there)
    (secret_hash,) = {one["secret_hash"] for one in found}
    assert {one["workspace"] for one in found} == {None}
    assert workspace.api.get("/refusals", key=secret_hash)["refusals"] == []
    assert STRANGER.encode() not in bytes_of(server.data)


def test_nobody_sees_anothers(new_workspace: Any, vendors: Any, until: Any) -> None:
    one, other = new_workspace(), new_workspace()
    vendor = vendors(one.key)["scribe"]
    post(one.server, vendor, {"event": {}})
    (found,) = refused(one, until, 1)
    assert refused(other, until, 0) == []
    assert refused(other, until, 0, key=found["key_id"]) == []
    asked = other.api.http.get("/api/v1/refusals", params={"workspace": one.name})
    assert asked.status_code == 403


@pytest.fixture
def flooded(server: Any) -> Any:
    """A server that has refused very many requests: half of them with as many unknown keys."""
    address = httpx.URL(server.url)
    line = http.client.HTTPConnection(address.host, address.port or 0, timeout=60)
    body = json.dumps({"event": {"properties": {"secret": VALUE}}})
    for number in range(FLOOD):
        key = server.key if number % 2 else f"{STRANGER}-{number}"
        path = "/v1/analytics/events" if number % 3 else f"/v1/analytics/{number}"
        line.request("POST", path, body, {"Authorization": f"Bearer {key}"})
        answer = line.getresponse()
        answer.read()
        assert answer.status in (401, 404, 422)
    line.close()
    return server


def test_a_flood_leaves_the_server_well_and_the_table_small(flooded: Any, vendors: Any, api: Any, until: Any) -> None:
    server = flooded
    vendor = vendors(server.key)["scribe"]
    assert post(server, vendor, vendor.body).status_code == 202
    asked = api(server)
    assert asked.settled()["accepted"] == 1
    until(lambda: asked.get("/refusals", limit=1)["refusals"])
    assert server.stop() == 0
    with sqlite3.connect(server.data / "refusals.db") as connection:
        kept = connection.execute("SELECT workspace, count(*) FROM refusals GROUP BY 1 ORDER BY 1").fetchall()
    connection.close()
    assert [workspace for workspace, _ in kept] == ["", "default"]
    assert all(0 < rows <= 200 for _, rows in kept)
    assert sum(path.stat().st_size for path in server.data.glob("refusals.db*")) < 2_000_000
    assert VALUE.encode() not in bytes_of(server.data)
    assert STRANGER.encode() not in bytes_of(server.data)
    assert "Traceback" not in server.errors
    server.start()
    shown = api(server).get("/refusals", limit=1000)["refusals"]
    assert len(shown) == sum(rows for _, rows in kept), "they are there after a start"
    assert max(one["times"] for one in shown) > 1
    assert max(one["left_out"] for one in shown) > 0
