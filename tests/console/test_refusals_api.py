"""Refusals over the API: whose they are, in which order, and which filters there are."""

from typing import Any

import httpx
import pytest

from bowerbird.refusallog.base import BrokenRule, Refusal
from bowerbird.refusals import Reason


def refusal(at: int, key_id: str | None = "key_1", workspace: str | None = "default", **fields: Any) -> Refusal:
    usual: dict[str, Any] = {
        "workspace": workspace,
        "key_id": key_id,
        "secret_hint": None,
        "secret_hash": None,
        "dialect": "scribe",
        "method": "POST",
        "path": "/v1/analytics/events",
        "reason": Reason.INVALID,
        "status": 422,
        "message": "Name can't be blank.",
        "issues": (BrokenRule("event.name", "blank", "Name can't be blank."),),
        "client_ip": "127.0.0.1",
        "size": 17,
    }
    return Refusal(at=at, **(usual | fields))


def unknown(at: int) -> Refusal:
    return refusal(at, None, None, secret_hint="sk_l…", secret_hash="9f", reason=Reason.CREDENTIALS_INVALID, status=401)


def test_a_row_says_which_field_and_why(house: Any) -> None:
    house.refusals.keep([refusal(1_790_000_000_000_000, times=3, left_out=2)])
    assert house.get("/refusals") == {
        "refusals": [
            {
                "at": "2026-09-21T14:13:20.000000Z",
                "workspace": "default",
                "key_id": "key_1",
                "key_label": None,
                "secret_hint": None,
                "secret_hash": None,
                "dialect": "scribe",
                "method": "POST",
                "path": "/v1/analytics/events",
                "status": 422,
                "reason": "invalid",
                "meaning": "the body breaks the vendor's rules; the answer says which",
                "message": "Name can't be blank.",
                "issues": [{"field": "event.name", "code": "blank", "message": "Name can't be blank."}],
                "client_ip": "127.0.0.1",
                "size": 17,
                "times": 3,
                "left_out": 2,
            }
        ],
        "next": None,
    }


def test_a_key_is_told_with_its_label(house: Any) -> None:
    house.refusals.keep([refusal(1), refusal(2, "key_2"), unknown(3)])
    house.registry.label("key_1", "Shop")
    rows = house.get("/refusals")["refusals"]
    assert {row["key_id"]: row["key_label"] for row in rows} == {"key_1": "Shop", "key_2": None, None: None}
    house.registry.label("key_1", "Old shop")
    assert house.get("/refusals", key="key_1")["refusals"][0]["key_label"] == "Old shop"


def test_pages_and_filters(house: Any) -> None:
    house.refusals.keep([refusal(at, f"key_{at % 2}", dialect="octeth" if at == 3 else "scribe") for at in range(5)])
    first = house.get("/refusals", limit=3)
    rest = house.get("/refusals", limit=3, cursor=first["next"])
    assert [one["key_id"] for one in first["refusals"] + rest["refusals"]] == ["key_0", "key_1"] * 2 + ["key_0"]
    assert rest["next"] is None
    assert len(house.get("/refusals", key="key_1")["refusals"]) == 2
    assert len(house.get("/refusals", dialect="octeth")["refusals"]) == 1
    assert house.get("/refusals", reason="throttled") == {"refusals": [], "next": None}


@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 1001}, {"reason": "whim"}, {"cursor": "!"}, {"cursor": "kwEB"}, {"key": "x" * 201}],
)
def test_a_senseless_question_is_refused(house: Any, query: dict[str, Any]) -> None:
    answer = house.http.get("/api/v1/refusals", params=query)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message", "hint"}


def test_nobody_sees_anothers(house: Any, control_secret: str) -> None:
    house.refusals.keep([refusal(1), refusal(2, "key_2", "acme"), unknown(3)])
    house.registry.add_key("reader", scopes=("events:read",), key_id="key_r")
    house.registry.add_key("writer", scopes=("events:write",), key_id="key_w")

    def seen(secret: str, **query: Any) -> list[str | None]:
        with house.client(secret) as http:
            return shown(http.get("/api/v1/refusals", params=query))

    assert shown(house.http.get("/api/v1/refusals")) == [None, "default"], "an admin of the only workspace"
    assert seen("reader") == ["default"], "the only workspace, but no admin"
    house.registry.add_key("acme", "acme", ("admin",), key_id="key_a")
    assert shown(house.http.get("/api/v1/refusals")) == ["default"], "one workspace of two"
    assert seen("acme") == ["acme"]
    assert seen("acme", key="key_1") == []
    assert seen(control_secret) == [None, "acme", "default"]
    assert seen(control_secret, workspace="acme") == ["acme"]
    assert seen(control_secret, workspace="") == [None]
    with house.client("writer") as http:
        assert http.get("/api/v1/refusals").status_code == 403
    with house.client(None) as http:
        assert http.get("/api/v1/refusals").status_code == 401


def shown(answer: httpx.Response) -> list[str | None]:
    assert answer.status_code == 200, answer.text
    return [one["workspace"] for one in answer.json()["refusals"]]
