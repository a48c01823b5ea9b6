"""Catalog, quarantine, replay and export over the API."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import httpx
import msgspec
import pytest

from bowerbird.console.app import create_app
from bowerbird.event import Position
from bowerbird.processor.batch import Batch, Item
from bowerbird.processor.steps import STEPS
from bowerbird.warehouse.base import Row
from bowerbird.warehouse.duck import DuckWarehouse


def test_the_catalog_groups_names_properties_and_types(house: Any) -> None:
    house.send(
        house.event("purchase", properties={"price": 1, "plan": "pro"}, list_id="7"),
        house.event("purchase", properties={"price": 1.5}, list_id="7"),
        house.event("purchase"),
    )
    events = house.get("/catalog")["events"]
    assert [(one["name"], one["list_id"], one["count"]) for one in events] == [
        ("purchase", None, 1),
        ("purchase", "7", 2),
    ]
    price = next(one for one in events[1]["properties"] if one["name"] == "price")
    assert price["types"] == [{"type": "integer", "count": 1}, {"type": "number", "count": 1}]
    assert price["first_seen"] < price["last_seen"]
    assert house.get("/catalog", list="7", name="nothing") == {"events": []}


@pytest.fixture
def breakable(house: Any) -> Any:
    """A house with a step that cannot handle events of the names in `house.broken`."""
    house.broken = set()

    def odd(item: Item, _: Batch) -> None:
        if item.event.name in house.broken:
            raise ValueError("no way to handle it")

    house.engine.processor.steps = (odd, *STEPS)
    return house


def test_quarantine_shows_what_failed_and_takes_it_back(breakable: Any) -> None:
    house = breakable
    house.broken.add("odd")
    events = [house.event("odd", user_id=f"u{number}", properties={"n": number}) for number in range(5)]
    house.send(*events, house.event("fine"))
    assert house.get("/audit")["quarantined"] == 5
    page = house.get("/quarantine", limit=3)
    rest = house.get("/quarantine", limit=3, cursor=page["next"])
    entries = page["quarantine"] + rest["quarantine"]
    assert [one["event_id"] for one in entries] == [event.event_id for event in reversed(events)]
    assert rest["next"] is None
    assert entries[0]["step"] == "odd"
    assert "no way to handle it" in entries[0]["reason"]
    assert entries[0]["event"]["properties"] == {"n": 4}

    assert house.http.post("/api/v1/quarantine/retry").json() == {"released": 0, "stayed": 5}
    house.broken.clear()
    one = {"event_ids": [events[0].event_id]}
    assert house.http.post("/api/v1/quarantine/retry", json=one).json() == {"released": 1, "stayed": 0}
    assert house.get(f"/events/{events[0].event_id}")["outcome"] == "stored"
    assert house.http.post("/api/v1/quarantine/retry").json() == {"released": 4, "stayed": 0}
    assert house.get("/quarantine") == {"quarantine": [], "next": None}
    assert house.get("/audit")["balanced"]
    assert house.get("/audit")["stored"] == 6


def test_nobody_reads_the_unreadable_but_the_control_token(house: Any, control_secret: str) -> None:
    house.append(house.event())
    house.engine.stop()
    house.append(house.event())
    broken = house.log._rows[1]
    house.log._rows[1] = broken._replace(row=broken.row._replace(events=b"\xc1"))
    while house.engine.processor.run_once():
        pass
    assert house.get("/quarantine")["quarantine"] == []
    assert house.get("/audit")["balanced"]
    assert house.get("/audit")["quarantined"] == 1
    with house.client(control_secret) as http:
        (entry,) = http.get("/api/v1/quarantine", params={"workspace": ""}).json()["quarantine"]
    assert (entry["step"], entry["event"]) == ("decode", None)


@pytest.mark.parametrize("body", [b"{", b'{"event_ids": 7}', b'{"event_ids": [7]}', b"[]"])
def test_a_senseless_retry_retries_nothing(breakable: Any, body: bytes) -> None:
    house = breakable
    house.broken.add("odd")
    house.send(house.event("odd"))
    house.broken.clear()
    headers = {"Content-Type": "application/json"}
    answer = house.http.post("/api/v1/quarantine/retry", content=body, headers=headers)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message", "hint"}
    assert house.get("/audit")["quarantined"] == 1


def test_a_large_body_is_refused(house: Any) -> None:
    def chunks() -> Any:
        for _ in range(20):
            yield b" " * 100_000

    answer = house.http.post("/api/v1/quarantine/retry", content=chunks())
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_large"


def test_a_replay_changes_no_answer(house: Any) -> None:
    house.send(*[house.event(user_id=f"u{number % 3}", dedupe_key=str(number % 8)) for number in range(20)])
    before = house.get("/events"), house.get("/catalog"), house.get("/people")
    answer = house.http.post("/api/v1/replay")
    assert (answer.status_code, answer.json()) == (202, {"events": 20})
    while house.get("/audit")["pending"]:
        pass
    assert (house.get("/events"), house.get("/catalog"), house.get("/people")) == before


def test_a_replay_is_a_conflict_once_the_log_has_expired(house: Any) -> None:
    for _ in range(3):
        house.send(house.event())
    house.clock.advance(10)
    assert house.log.expire(house.log.heads(), house.clock.now()) > 0
    answer = house.http.post("/api/v1/replay")
    assert answer.status_code == 409
    assert "expired" in answer.json()["error"]["message"]
    assert house.get("/audit")["stored"] == 3


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_an_export_is_whole_and_leaves_nothing_behind(house: Any, spool: Path) -> None:
    house.send(*[house.event(user_id=f"u{number}") for number in range(30)])
    answer = house.http.get("/api/v1/export", params={"format": "ndjson"})
    assert answer.status_code == 200
    assert answer.headers["Bowerbird-Events"] == "30"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert "ndjson" in answer.headers["Content-Disposition"]
    rows = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert {row["user_id"] for row in rows} == {f"u{number}" for number in range(30)}
    assert list(spool.iterdir()) == []


def test_an_export_as_parquet(house: Any, spool: Path) -> None:
    warehouse = DuckWarehouse(spool.with_name("warehouse.duckdb"))
    warehouse.write([warehouse.pack([Row(Position(0, 1, 0), house.event("purchase", user_id="u1"), "stored")])], {0: 1})
    app = create_app(replace(house.sources, warehouse=warehouse), "token")

    async def ask() -> httpx.Response:
        headers = {"Authorization": "Bearer token"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x", headers=headers) as http:
            return await http.get("/api/v1/export", params={"format": "parquet"})

    answer = asyncio.run(ask())
    warehouse.close()
    assert answer.headers["Bowerbird-Events"] == "1"
    (spool / "out.parquet").write_bytes(answer.content)
    query = "SELECT name, user_id FROM read_parquet(?)"
    assert duckdb.execute(query, [str(spool / "out.parquet")]).fetchall() == [("purchase", "u1")]


def test_an_unknown_format_is_refused(house: Any) -> None:
    assert house.http.get("/api/v1/export", params={"format": "xls"}).status_code == 422
