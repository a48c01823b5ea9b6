"""A workspace of a small shop, beside the one that the other tests look at."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import pytest

PASSWORD = "a password of the shop"
WALKS = (
    ("ann", "view", "03-03T10:00"),
    ("ann", "cart", "03-03T10:01"),
    ("ann", "buy", "03-03T10:03"),
    ("ann", "view", "03-11T10:00"),
    ("bob", "view", "03-03T10:00"),
    ("bob", "cart", "03-03T10:02"),
    ("cy", "view", "03-04T09:00"),
    ("cy", "view", "03-18T09:00"),
    ("dee", "view", "03-10T09:00"),
    ("dee", "buy", "03-10T09:05"),
)
"""In 2025, when the third of March was a Monday."""
HOSTILE = 'it\'s "$(echo hacked)" <img src=x onerror=hacked=1> {{hacked}}'


def settle(serving: Any) -> None:
    """Until everything that was sent can be asked about."""
    deadline = time.monotonic() + 30
    with serving.http() as http:
        while http.get("/readyz").json()["lag"]["events"]:
            assert time.monotonic() < deadline


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
    deadline = time.monotonic() + 30
    while serving.send(key, name=HOSTILE, user_id="u3", event_id="h1") != 202:  # the key is on its way
        assert time.monotonic() < deadline
    for number, plan in enumerate(("pro", "free", "pro"), 1):
        person = {"user_id": f"u{number}", "event_id": f"s{number}"}
        assert serving.send(key, name="signup", properties={"plan": plan, "seats": number}, **person) == 202
    for number, (user, value) in enumerate((("u1", 10), ("u1", 5.5), ("u2", 20)), 1):
        order = {"user_id": user, "value": value, "currency": "EUR", "event_id": f"o{number}"}
        assert serving.send(key, name="purchase", **order) == 202
    assert serving.send(key, name=HOSTILE, user_id="u3", event_id="h1") == 202
    settle(serving)
    return Shop(serving.url, key)


@pytest.fixture(scope="session")
def newcomer(serving: Any) -> str:
    """The owner of a workspace without events."""
    serving.call("workspace", "create", "still-empty")
    user = ("--name", "newcomer", "--password", PASSWORD, "--role", "owner", "--workspace", "still-empty")
    serving.call("user", "create", *user)
    return "newcomer"


class Walks(NamedTuple):
    """Few people who viewed, put into the cart and bought in March 2025 (`WALKS`). Lately, ann came by the campaigns
    spring and summer and paid 30 EUR; bob paid 20 EUR, and signed up today."""

    url: str
    range: dict[str, str]
    """Of March 2025."""
    analyst: str = "walks-analyst"
    viewer: str = "walks-viewer"


@pytest.fixture(scope="session")
def walks(serving: Any) -> Walks:
    serving.call("workspace", "create", "walks", "currency=EUR")
    key = serving.call("key", "create", "--workspace", "walks", "--scope", "events:write")["secret"]
    for role in ("analyst", "viewer"):
        user = ("--name", f"walks-{role}", "--password", PASSWORD, "--role", role, "--workspace", "walks")
        serving.call("user", "create", *user)
    events = [{"user_id": user, "event": event, "timestamp": f"2025-{at}:00Z"} for user, event, at in WALKS]
    for days, campaign in ((2, "spring"), (1, "summer")):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        events.append({"user_id": "ann", "event": "visit", "timestamp": at, "properties": {"utm_campaign": campaign}})
    with httpx.Client(headers={"Authorization": key, "Auth-Type": "api"}, trust_env=False) as http:
        url, deadline = f"{serving.collector}/v1/events", time.monotonic() + 30
        while http.post(url, json={"event": events[0]}).status_code == 401:  # until the key has reached the collector
            assert time.monotonic() < deadline
        for event in events[1:]:
            assert http.post(url, json={"event": event}).status_code == 200
    for user, value in (("ann", 30), ("bob", 20)):
        assert serving.send(key, name="paid", user_id=user, value=value, currency="EUR", event_id=f"p-{user}") == 202
    assert serving.send(key, name="joined", user_id="bob", event_id="j-bob") == 202
    settle(serving)
    return Walks(serving.url, {"since": "2025-03-01", "until": "2025-04-01"})


@pytest.fixture
def pick() -> Callable[..., None]:
    """Chooses an option of a picker that is searched by typing; `number`: of those with this label."""

    def choose(page: Any, label: str, typed: str, number: int = -1) -> None:
        page.get_by_label(label, exact=True).nth(number).click()
        page.keyboard.type(typed)
        page.get_by_role("option", name=typed).first.click()

    return choose
