"""What answers to a viewer's session do not tell of people."""

from typing import Any

import httpx
import pytest

from bowerbird.clock import SECOND
from bowerbird.console.masks import MASK
from bowerbird.person_ids import person_id
from bowerbird.registry.base import Role

QUESTION = {"condition": {"all": []}, "traits": ["city", "plan", "email"]}


@pytest.fixture
def client_of(answering: Any, asked: Any, told: Any) -> Any:
    """Clients by role. `city` and `email` are personal."""
    world = told((1, "viewed", 5), (2, "viewed", 5))
    world.events[0]["email"] = "ada@example.com"
    world.traits += [(1, "city", "London", 1, world.events[0]["event_id"]), (1, "plan", "pro", 1, "")]
    asked.fill(world)
    for prop in ("city", "email"):
        mark = {"name": "viewed", "property": prop, "pii": True}
        answering.http.put("/api/v1/catalog", json=mark).raise_for_status()

    def make(role: Role) -> httpx.Client:
        answering.registry.add_session(f"the {role}", role, role, answering.clock.now() + 3600 * SECOND)
        client: httpx.Client = answering.client(f"the {role}")
        return client

    return make


def test_people_of_a_segment_are_masked(client_of: Any) -> None:
    wanted = {"viewer": {"city": MASK, "plan": "pro", "email": MASK}}
    wanted["analyst"] = {"city": "London", "plan": "pro", "email": "ada@example.com"}
    for role, traits in wanted.items():
        answer = client_of(role).post("/api/v1/insights/segment", json=QUESTION)
        first, second = answer.json()["result"]["people"]
        assert first == {"person_id": person_id(1), "traits": traits}
        assert second["traits"] == {"city": None, "plan": None, "email": None}


@pytest.mark.parametrize(
    ("hidden", "by"),
    [("$referrer", "referrer"), ("$current_url", "campaign"), ("utm", "source"), ("$utm_medium", "medium")],
)
def test_what_attribution_reads_is_not_spelled_out(answering: Any, client_of: Any, hidden: str, by: str) -> None:
    mark = {"name": "viewed", "property": hidden, "pii": True}
    answering.http.put("/api/v1/catalog", json=mark).raise_for_status()
    question = {"conversion": {"event": "viewed"}, "by": by}
    for role, status in (("viewer", 403), ("analyst", 200)):
        assert client_of(role).post("/api/v1/insights/attribution", json=question).status_code == status


def test_a_segments_file_leaves_columns_out(client_of: Any) -> None:
    wanted = {"viewer": ["person_id,plan", f"{person_id(1)},pro"]}
    wanted["analyst"] = ["person_id,city,plan,email", f"{person_id(1)},London,pro,ada@example.com"]
    for role, lines in wanted.items():
        answer = client_of(role).post("/api/v1/insights/segment/csv", json=QUESTION)
        assert answer.text.splitlines()[:2] == lines
