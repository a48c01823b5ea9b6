"""Who may ask what: every route against every scope, and nobody across workspaces."""

import re
import time
from collections.abc import Callable
from typing import Any, get_args

import httpx
import pytest

from bowerbird.clock import SECOND
from bowerbird.console.rights import ACTS, may
from bowerbird.insights.kinds import KINDS
from bowerbird.registry.base import Principal, Role, Scope, Workspace

ROUTES = {
    ("GET", "/api/v1/audit"): "events:read",
    ("GET", "/api/v1/events"): "events:read",
    ("GET", "/api/v1/events/e1"): "events:read",
    ("GET", "/api/v1/events/e1/trace"): "events:read",
    ("GET", "/api/v1/export?format=ndjson"): "events:read",
    ("GET", "/api/v1/people"): "profiles:read",
    ("GET", "/api/v1/people/p1"): "profiles:read",
    ("GET", "/api/v1/people/p1/export"): "profiles:read",
    ("POST", "/api/v1/people/p1/unmerge"): "profiles:write",
    ("DELETE", "/api/v1/people/p1"): "profiles:write",
    ("GET", "/api/v1/catalog"): "metrics:read",
    ("PUT", "/api/v1/catalog"): "admin",
    ("GET", "/api/v1/refusals"): "events:read",
    **{("POST", f"/api/v1/insights/{kind}"): "insights:read" for kind in KINDS},
    ("POST", "/api/v1/insights/segment/csv"): "insights:read",
    ("GET", "/api/v1/segments"): "insights:read",
    ("GET", "/api/v1/segments/s1"): "insights:read",
    ("PUT", "/api/v1/segments/s1"): "admin",
    ("DELETE", "/api/v1/segments/s1"): "admin",
    ("GET", "/api/v1/boards"): "insights:read",
    ("GET", "/api/v1/boards/b1"): "insights:read",
    ("PUT", "/api/v1/boards/b1"): "admin",
    ("DELETE", "/api/v1/boards/b1"): "admin",
    ("GET", "/api/v1/quarantine"): "admin",
    ("POST", "/api/v1/quarantine/retry"): "admin",
    ("POST", "/api/v1/replay"): "admin",
}
_RANKS: list[Role] = ["viewer", "analyst", "owner"]
_ROLES: dict[tuple[str, str], Role] = {
    ("GET", "/api/v1/quarantine"): "viewer",
    ("POST", "/api/v1/quarantine/retry"): "analyst",
    ("PUT", "/api/v1/catalog"): "analyst",
    ("PUT", "/api/v1/segments/s1"): "analyst",
    ("DELETE", "/api/v1/segments/s1"): "analyst",
    ("PUT", "/api/v1/boards/b1"): "analyst",
    ("DELETE", "/api/v1/boards/b1"): "analyst",
}
"""Of users, where it is not what the scope of keys suggests."""
_PLACES = {"e": "{event_id}", "p": "{person_id}", "s": "{name}", "b": "{board_id}"}
WITHOUT_KEY = {"/healthz", "/readyz", "/metrics"}


def _is_refused(answer: httpx.Response, scope: str) -> bool:
    if answer.status_code != 403 or answer.json()["error"]["code"] != "scope_missing":
        return False
    assert scope in answer.json()["error"]["message"]
    return True


@pytest.mark.parametrize("held", get_args(Scope))
def test_each_scope_opens_its_routes_and_no_others(in_workspace: Callable[..., Any], held: str) -> None:
    _, http = in_workspace(held)
    with http:
        for (method, path), wanted in ROUTES.items():
            refused = _is_refused(http.request(method, path), wanted)
            assert refused == (held not in (wanted, "admin")), (method, path)


def test_the_matrix_covers_every_route(shared_house: Any) -> None:
    document = shared_house.app.openapi()
    own = {path: item for path, item in document["paths"].items() if "servers" not in item}
    listed = {(method.upper(), path) for path, item in own.items() for method in item if path not in WITHOUT_KEY}
    tested = {
        (method, re.sub(r"(?<=/)([epsb])1(?=/|$)", lambda one: _PLACES[one[1]], path.partition("?")[0]))
        for method, path in ROUTES
    }
    assert listed == tested


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic YTpi"}])
def test_without_a_valid_key_every_route_is_closed(
    shared_house: Any, method: str, path: str, header: dict[str, str]
) -> None:
    with shared_house.client(None) as http:
        answer = http.request(method, path, headers=header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json()["error"]) == {"code", "message", "hint"}


def test_a_key_reads_its_own_workspace_only(shared_house: Any, in_workspace: Callable[..., Any]) -> None:
    name, http = in_workspace()
    other, _ = in_workspace()
    mine = shared_house.event(workspace=name, user_id="u1", source_id="ord_1")
    theirs = shared_house.event(workspace=other, user_id="u1", source_id="ord_1", name="secret")
    shared_house.send(mine, theirs)
    (person,) = shared_house.people.find(other, {"user_id": "u1"})
    with http:
        assert [row["event_id"] for row in http.get("/api/v1/events").json()["events"]] == [mine.event_id]
        assert http.get("/api/v1/audit").json()["accepted"] == 1
        assert list(http.get("/api/v1/audit").json()["workspaces"]) == [name]
        assert http.get(f"/api/v1/events/{theirs.event_id}").status_code == 404
        assert http.get("/api/v1/events/ord_1").json()["event_id"] == mine.event_id
        assert http.get(f"/api/v1/events/{theirs.event_id}/trace").json()["found"] == []
        assert http.get("/api/v1/events", params={"person": person}).json()["events"] == []
        assert http.get(f"/api/v1/people/{person}").status_code == 404
        assert http.get(f"/api/v1/people/{person}/export").status_code == 404
        assert http.delete(f"/api/v1/people/{person}").status_code == 404
        assert len(http.get("/api/v1/people").json()["people"]) == 1
        assert [one["name"] for one in http.get("/api/v1/catalog").json()["events"]] == ["seen"]
        assert b"secret" not in http.get("/api/v1/export?format=ndjson").content
        assert http.get("/api/v1/audit", params={"workspace": other}).status_code == 403
        assert http.post("/api/v1/replay").status_code == 403


def test_the_control_token_sees_all_workspaces(
    shared_house: Any, in_workspace: Callable[..., Any], control_secret: str
) -> None:
    name, _ = in_workspace()
    in_workspace()
    shared_house.send(shared_house.event(workspace=name))
    with shared_house.client(control_secret) as http:
        assert name in http.get("/api/v1/audit").json()["workspaces"]
        assert http.get("/api/v1/audit", params={"workspace": name}).json()["accepted"] == 1
        assert len(http.get("/api/v1/events", params={"workspace": name}).json()["events"]) == 1
        unnamed = http.get("/api/v1/events")
        assert unnamed.status_code == 400
        assert name in unnamed.json()["error"]["hint"]
        assert http.get("/api/v1/events", params={"workspace": "nowhere"}).status_code == 404


def test_a_changed_key_shows_at_once(shared_house: Any, in_workspace: Callable[..., Any]) -> None:
    name, http = in_workspace("events:read")
    with http:
        assert http.get("/api/v1/events").status_code == 200
        shared_house.registry.revoke(f"secret-of-{name}")
        started = time.monotonic()
        assert http.get("/api/v1/events").status_code == 401
        assert time.monotonic() - started < 1


@pytest.mark.parametrize("role", get_args(Role))
def test_a_session_may_what_its_role_may(shared_house: Any, role: Role) -> None:
    expires = shared_house.clock.now() + 3600 * SECOND
    shared_house.registry.add_session(f"session-of-{role}", role, role, expires)
    with shared_house.client(f"session-of-{role}") as http:
        for (method, path), scope in ROUTES.items():
            least = _ROLES.get((method, path)) or ("owner" if scope in ("admin", "profiles:write") else "viewer")
            answer = http.request(method, path)
            refused = answer.status_code == 403 and answer.json()["error"]["code"] == "scope_missing"
            assert refused == (_RANKS.index(role) < _RANKS.index(least)), (method, path)


def test_a_sender_gets_none_of_what_an_analyst_may() -> None:
    sender = Principal(Workspace("default", 1), "key_1", frozenset({"events:write"}))
    assert [act for act in ACTS if may(sender, act)] == ["see personal data"]


def test_a_site_id_may_write_and_nothing_else(shared_house: Any) -> None:
    shared_house.registry.add_site("site_public", "default")
    with shared_house.client("site_public") as http:
        for method, path in ROUTES:
            assert http.request(method, path).status_code == 403
