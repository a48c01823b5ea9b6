"""A workspace of a small shop, beside the one that the other tests look at."""

import time
from typing import Any, NamedTuple

import httpx
import pytest

PASSWORD = "a password of the shop"
HOSTILE = 'it\'s "$(echo hacked)" <img src=x onerror=hacked=1> {{hacked}}'


class Shop(NamedTuple):
    """Three people signed up, two bought: 10.00 and 5.50 EUR, and 20.00 EUR."""

    url: str
    key: str
    owner: str = "shop-owner"
    analyst: str = "shop-analyst"
    viewer: str = "shop-viewer"
    hostile: str = HOSTILE

    def ask(self, kind: str, question: dict[str, Any]) -> Any:
        """The result over the JSON API."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.post(f"{self.url}/api/v1/insights/{kind}", json=question, headers=headers, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]


@pytest.fixture(scope="session")
def shop(serving: Any) -> Shop:
    serving.call("workspace", "create", "shop", "currency=EUR", "timezone=Europe/Berlin")
    key = serving.call("key", "create", "--workspace", "shop", "--scope", "admin")["secret"]
    for role in ("owner", "analyst", "viewer"):
        user = ("--name", f"shop-{role}", "--password", PASSWORD, "--role", role, "--workspace", "shop")
        serving.call("user", "create", *user)
    for number, plan in enumerate(("pro", "free", "pro"), 1):
        person = {"user_id": f"u{number}", "event_id": f"s{number}"}
        assert serving.send(key, name="signup", properties={"plan": plan, "seats": number}, **person) == 202
    for number, (user, value) in enumerate((("u1", 10), ("u1", 5.5), ("u2", 20)), 1):
        order = {"user_id": user, "value": value, "currency": "EUR", "event_id": f"o{number}"}
        assert serving.send(key, name="purchase", **order) == 202
    assert serving.send(key, name=HOSTILE, user_id="u3", event_id="h1") == 202
    deadline = time.monotonic() + 30
    with serving.http() as http:
        while http.get("/readyz").json()["lag"]["events"]:
            assert time.monotonic() < deadline
    return Shop(serving.url, key)


@pytest.fixture(scope="session")
def newcomer(serving: Any) -> str:
    """The owner of a workspace without events."""
    serving.call("workspace", "create", "still-empty")
    user = ("--name", "newcomer", "--password", PASSWORD, "--role", "owner", "--workspace", "still-empty")
    serving.call("user", "create", *user)
    return "newcomer"
