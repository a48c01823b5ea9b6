"""A viewer's session is told by the JSON API what the console's pages tell a viewer; a key, what its scope gives."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bowerbird.clock import SECOND
from bowerbird.console.masks import MASK
from bowerbird.processor.batch import Batch, Item
from bowerbird.processor.steps import STEPS

SECRETS = ("ada@example.com", "u-ada", "Lovelace", "London", "Rose", "grief", "Byron")


def user(house: Any, role: Any) -> httpx.Client:
    house.registry.add_session(f"session of a {role}", role, role, house.clock.now() + 3600 * SECOND)
    client: httpx.Client = house.client(f"session of a {role}")
    return client


def unlucky(item: Item, _: Batch) -> None:
    if "quoted" in item.event.properties:
        raise ValueError(f"{item.event.properties['quoted']} is unlucky")


@pytest.fixture
def marked(house: Any) -> Iterator[Any]:
    """`email`, `user_id`, `surname`, `city` and `utm_term` are personal on `signup`, `diary` as a whole."""
    for prop in ("email", "user_id", "surname", "city", "utm_term"):
        house.http.put("/api/v1/catalog", json={"name": "signup", "property": prop, "pii": True}).raise_for_status()
    house.http.put("/api/v1/catalog", json={"name": "diary", "pii": True}).raise_for_status()
    house.send(
        house.event("signup", user_id="u-ada", properties={"surname": "Lovelace", "utm_term": "grief"}),
        house.event("signup", email="ada@example.com", anonymous_id="a-1", traits={"city": "London", "size": 5}),
        house.event("diary", user_id="u-ada", email="ada@example.com", properties={"entry": "Rose"}),
    )
    house.engine.processor.steps = (unlucky, *STEPS)
    house.send(house.event("other", email="ada@example.com", properties={"quoted": "Byron"}))
    return house


def paths(house: Any) -> list[str]:
    person = house.get("/people")["people"][0]["person_id"]
    events = [event["event_id"] for event in house.get("/events")["events"] + house.get("/quarantine")["quarantine"]]
    found = ["/events", "/people", f"/people/{person}", f"/people/{person}/export"]
    return found + [f"/events/{each}" for each in events] + [f"/events/{each}/trace" for each in events]


def test_a_viewer_sees_that_it_is_there_and_not_what_it_is(marked: Any) -> None:
    viewer = user(marked, "viewer")
    for path in paths(marked):
        answer = viewer.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        assert [secret for secret in SECRETS if secret in answer.text] == [], path
    rows = {event["name"]: event for event in viewer.get("/api/v1/events", params={"limit": 3}).json()["events"]}
    assert rows["diary"]["properties"] == {"entry": MASK}
    assert rows["diary"]["email"] == rows["diary"]["user_id"] == MASK
    assert rows["diary"]["anonymous_id"] is None
    (person,) = viewer.get("/api/v1/people").json()["people"]
    assert person["traits"] == {"city": MASK, "size": 5}
    assert {(one["kind"], one["value"]) for one in person["identifiers"]} == {
        ("user_id", MASK),
        ("email", MASK),
        ("anonymous_id", "a-1"),
    }


@pytest.mark.parametrize("kinds", [{"email": "ada@example.com"}, {"anonymous_id": "a-1", "user_id": "u-ada"}])
def test_nobody_is_found_by_it(marked: Any, kinds: dict[str, str]) -> None:
    refused = user(marked, "viewer").get("/api/v1/people", params=kinds)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "personal_data"
    for role in ("analyst", "owner"):
        assert len(user(marked, role).get("/api/v1/people", params=kinds).json()["people"]) == 1
    assert len(user(marked, "viewer").get("/api/v1/people", params={"anonymous_id": "a-1"}).json()["people"]) == 1


def test_nobody_is_found_by_the_beginning_of_it(marked: Any) -> None:
    def found(role: str, **query: str) -> Any:
        return user(marked, role).get("/api/v1/people", params=query)

    for start in ("ada", "ada@example.com", "u-ada"):
        assert found("viewer", begins_with=start).json() == {"people": [], "next": None}
        assert len(found("analyst", begins_with=start).json()["people"]) == 1
    assert found("viewer", begins_with="ada", kind="email").json()["error"]["code"] == "personal_data"
    (person,) = found("viewer", begins_with="a-1").json()["people"]
    assert {one["value"] for one in person["identifiers"]} == {MASK, "a-1"}


@pytest.mark.parametrize("role", ["analyst", "owner"])
def test_others_see_it(marked: Any, role: str) -> None:
    client = user(marked, role)
    told = "".join(client.get(f"/api/v1{path}").text for path in paths(marked))
    assert [secret for secret in SECRETS if secret not in told] == []
    assert MASK not in told


def test_a_key_sees_what_its_scope_gives(marked: Any) -> None:
    marked.registry.add_key("reads", scopes=("events:read",))
    told = marked.client("reads").get("/api/v1/events").text
    assert "Lovelace" in told
    assert MASK not in told


def test_files_of_all_events_are_not_for_viewers(marked: Any) -> None:
    for role, status in (("viewer", 403), ("analyst", 200)):
        answer = user(marked, role).get("/api/v1/export", params={"format": "ndjson"})
        assert answer.status_code == status
    refused = user(marked, "viewer").get("/api/v1/export").json()["error"]
    assert refused["code"] == "personal_data"
    assert refused["hint"]


@pytest.mark.parametrize(
    ("kind", "question"),
    [
        ("sql", {"sql": "SELECT 1"}),
        ("trend", {"breakdown": ["property:surname"]}),
        ("trend", {"series": [{"measure": "sum", "of": "property:surname"}]}),
        ("trend", {"series": [{"measure": "average", "of": "property:surname"}]}),
        ("retention", {"breakdown": ["email"]}),
        ("paths", {"group_by": "trait:city"}),
    ],
)
def test_questions_do_not_spell_it_out(marked: Any, kind: str, question: dict[str, Any]) -> None:
    refused = user(marked, "viewer").post(f"/api/v1/insights/{kind}", json=question)
    assert refused.status_code == 403, refused.text
    assert refused.json()["error"]["code"] == "personal_data"
    assert user(marked, "analyst").post(f"/api/v1/insights/{kind}", json=question).status_code != 403


def test_where_nothing_is_marked_viewers_see_everything(house: Any) -> None:
    house.send(house.event("signup", user_id="u-ada", properties={"surname": "Lovelace"}))
    viewer = user(house, "viewer")
    assert "Lovelace" in viewer.get("/api/v1/events").text
    assert viewer.get("/api/v1/export", params={"format": "ndjson"}).status_code == 200


def test_a_viewer_sees_that_something_is_in_quarantine(marked: Any) -> None:
    fit = marked.event("signup", email="ada@example.com")
    marked.engine.processor.steps = (_fail,)
    marked.send(fit)
    entry, _ = user(marked, "viewer").get("/api/v1/quarantine").json()["quarantine"]
    assert (entry["event_id"], entry["event"], entry["reason"]) == (fit.event_id, None, MASK)
    entry, _ = user(marked, "analyst").get("/api/v1/quarantine").json()["quarantine"]
    assert (entry["event"]["email"], entry["reason"]) == ("ada@example.com", "ValueError: broken")


def _fail(item: Any, batch: Any) -> None:
    raise ValueError("broken")
