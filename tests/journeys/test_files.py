"""Events that come from files and go to files, beside a running server and without one."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

PURCHASES = 1200


def purchase(number: int) -> str:
    event = {
        "name": "purchase", "user_id": f"u{number % 40}", "event_id": f"order-{number}", "currency": "EUR",
        "value": number / 4, "properties": {"plan": "pro", "seats": number, "big": 9007199254740993, "gift": True},
    }  # fmt: skip
    return json.dumps({"event": event})


@pytest.fixture
def purchases(tmp_path: Path) -> Path:
    """A compressed file with two lines that are refused."""
    lines = [purchase(number) for number in range(PURCHASES)]
    lines[100:100] = ['{"event": {"name": ""}}', "no JSON"]
    file = tmp_path / "purchases.ndjson.gz"
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    return file


def test_a_file_counts_once_beside_a_running_server(workspace: Any, purchases: Path) -> None:
    wanted = ("import", str(purchases), "--dialect", "scribe", "--workspace", workspace.name)
    first = workspace.server.call(*wanted)
    second = workspace.server.call(*wanted)

    assert (first["lines"], first["events"], first["refused"]) == (PURCHASES + 2, PURCHASES, 2)
    assert first == second
    refused = [json.loads(line) for line in Path(first["refused_file"]).read_text().splitlines()]
    assert [(one["line"], one["reason"]) for one in refused] == [(101, "invalid"), (102, "json_malformed")]
    events = workspace.api.events()
    assert {event["properties"]["seats"] for event in events} == set(range(PURCHASES))
    assert len(events) == PURCHASES
    audit = workspace.api.settled()
    assert (audit["accepted"], audit["duplicate"]) == (2 * PURCHASES, PURCHASES)


def test_a_file_brings_history_of_its_own_time(workspace: Any, tmp_path: Path) -> None:
    file = tmp_path / "clicks.ndjson"
    days = [{"event_id": f"c{day}", "timestamp": f"2023-05-{day:02}T08:00:00Z"} for day in range(1, 31)]
    file.write_text("\n".join(json.dumps({"event": {"event": "clicked", **day}}) for day in days))
    workspace.server.call("import", str(file), "--dialect", "flywheel", "--workspace", workspace.name)

    found = workspace.api.events(since="2023-05-10", until="2023-05-20T12:00:00Z")
    assert [event["occurred_at"][:10] for event in found] == [f"2023-05-{day}" for day in range(20, 9, -1)]


def test_exports_hold_what_the_api_tells(workspace: Any, purchases: Path, tmp_path: Path) -> None:
    workspace.server.call("import", str(purchases), "--dialect", "scribe", "--workspace", workspace.name)
    told = {event["event_id"]: event for event in workspace.api.events()}

    lines, table = tmp_path / "events.ndjson", tmp_path / "events.parquet"
    for file in (lines, table):
        assert workspace.server.call("export", str(file), "--workspace", workspace.name)["events"] == PURCHASES

    written = {event["event_id"]: event for event in map(json.loads, lines.read_text().splitlines())}
    assert written == told
    columns = ("event_id", "person_id", "name", "value", "currency", "user_id", "source_id", "properties")
    rows = duckdb.sql(f"SELECT {', '.join(columns)} FROM '{table}'").fetchall()
    assert len(rows) == PURCHASES
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        one = told[cells["event_id"]]
        assert json.loads(cells.pop("properties")) == one["properties"]
        assert float(cells.pop("value")) == one["value"]
        source_id = cells.pop("source_id")
        assert source_id == f"order-{one['properties']['seats']}"
        assert cells == {name: one[name] for name in cells}


def test_an_import_that_was_killed_is_begun_again(workspace: Any, tmp_path: Path, until: Any) -> None:
    many = 20_000
    file = tmp_path / "many.ndjson"
    file.write_text("\n".join(purchase(number) for number in range(many)))
    wanted = ("import", str(file), "--dialect", "scribe", "--workspace", workspace.name)
    command = [sys.executable, "-m", "bowerbird", "--data", str(workspace.server.data), *wanted]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as first:
        until(lambda: workspace.api.get("/audit")["accepted"] > 0)
        first.kill()
    begun = workspace.api.settled()["accepted"]
    assert 0 < begun < many

    assert workspace.server.call(*wanted)["events"] == many

    audit = workspace.api.settled()
    assert (audit["accepted"], audit["stored"], audit["duplicate"]) == (begun + many, many, begun)


def test_without_a_server_the_verbs_do_the_same(server: Any, purchases: Path, tmp_path: Path) -> None:
    server.stop()
    assert server.call("import", str(purchases), "--dialect", "scribe")["events"] == PURCHASES
    assert server.call("export", str(tmp_path / "events.ndjson"))["events"] == PURCHASES
    assert server.call("audit")["stored"] == PURCHASES
    assert [one["outcome"] for one in server.call("trace", "order-7")["found"]] == ["stored"]
    assert server.run("trace", "order-none").code == 1
