"""People: a merge undone, a person erased, beside a running server and without one."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest


def tell(server: Any, vendors: Any, *events: dict[str, Any]) -> None:
    """Sends Scribe events."""
    vendor = vendors(server.key)["scribe"]
    for event in events:
        answer = httpx.post(server.url + vendor.path, json={"event": event}, headers=vendor.headers, trust_env=False)
        assert answer.status_code == 202, answer.text


MEETING = (
    {"name": "visited", "anonymous_id": "browser-1"},
    {"name": "bought", "user_id": "u-1", "event_id": "order-1"},
    {"name": "$identify", "user_id": "u-1", "anonymous_id": "browser-1", "traits": {"plan": "pro"}},
)


@pytest.mark.parametrize("beside", [True, False], ids=["beside", "alone"])
def test_a_merge_is_undone_and_stays_undone(server: Any, vendors: Any, api: Any, beside: bool) -> None:
    tell(server, vendors, *MEETING)
    events = api(server).events()
    assert len({event["person_id"] for event in events}) == 1
    if not beside:
        server.stop()

    two = server.call("person", "unmerge", "user_id=u-1")

    if not beside:
        server.start()
    asking = api(server)
    owners = {event["name"]: event["person_id"] for event in asking.events()}
    assert {owners["visited"], owners["bought"]} == {two["survivor"], two["absorbed"]}
    (buyer,) = asking.get("/people", user_id="u-1")["people"]
    assert buyer["person_id"] == owners["bought"]
    tell(server, vendors, MEETING[2])
    asking.settled()
    owners = {event["name"]: event["person_id"] for event in asking.events()}
    assert len(set(owners.values())) == 2


ADA = "ada.lovelace@secret.example"
SECRETS = (ADA, "analytical-engine", "user-of-ada", "browser-of-ada", "+15550199")


@pytest.mark.parametrize("beside", [True, False], ids=["beside", "alone"])
def test_an_erased_person_leaves_no_byte(server: Any, vendors: Any, api: Any, beside: bool) -> None:
    traits = {"email": ADA, "machine": "analytical-engine", "phone": "+15550199"}
    about = {"user_id": "user-of-ada", "anonymous_id": "browser-of-ada"}
    tell(
        server,
        vendors,
        {"name": "visited", "anonymous_id": "browser-of-ada", "properties": {"note": ADA}},
        {"name": "$identify", "traits": traits, **about},
        {"name": "bought", "event_id": "order-of-ada", "properties": {"item": "analytical-engine"}, **about},
        {"name": "bought", "event_id": "order-of-ada", "properties": {"item": "analytical-engine"}, **about},
        {"name": "bought", "user_id": "somebody-else", "event_id": "order-2"},
    )
    api(server).settled()
    assert set(SECRETS) <= set(whatever_is_left(server.data, SECRETS))
    if not beside:
        server.stop()

    erased = server.call("person", "erase", f"email={ADA}", "--yes")

    assert erased["erased"] == 4
    assert whatever_is_left(server.data, SECRETS) == {}
    if not beside:
        server.start()
    asking = api(server)
    audit = asking.settled()
    assert (audit["accepted"], audit["stored"], audit["erased"]) == (5, 1, 4)
    assert [event["user_id"] for event in asking.events()] == ["somebody-else"]
    assert asking.get("/people", email=ADA)["people"] == []
    assert json.dumps(asking.get("/people")).count("person_id") >= 1
    server.stop()
    assert whatever_is_left(server.data, SECRETS) == {}


_WAREHOUSE = "warehouse.duckdb"
"""Left out: DuckDB does not overwrite the blocks that it frees, so what was erased may stand there for a while."""


def whatever_is_left(data: Path, secrets: tuple[str, ...]) -> dict[str, list[str]]:
    """Secret → the files of the data directory, write-ahead logs too, in which it stands; the warehouse aside."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in data.rglob("*") if path.is_file() and not path.name.startswith(_WAREHOUSE)):
        content = path.read_bytes()
        for secret in secrets:
            if secret.encode() in content:
                found.setdefault(secret, []).append(str(path.relative_to(data)))
    return found
