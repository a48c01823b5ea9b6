"""The warehouse's file: opened again, killed, fought over, exported."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from decimal import Decimal

import duckdb
import pytest

from bowerbird.errors import BowerbirdError, DataDirectoryBusyError, DataVersionError, WarehouseRejectedError
from bowerbird.person_ids import person_id
from bowerbird.warehouse.base import EventQuery
from bowerbird.warehouse.duck import DuckWarehouse
from bowerbird.warehouse.schema import OLDEST, VERSION

WRITER = """
import os, sys, threading
from pathlib import Path
from bowerbird.event import Event, Position, event_ids
from bowerbird.warehouse.base import Row
from bowerbird.warehouse.duck import DuckWarehouse

warehouse = DuckWarehouse(Path(sys.argv[1]), "512MB", 1, row_group=int(sys.argv[2]))
new_id = event_ids()

def row(offset, index):
    at = 1_750_000_000_000_000 + offset
    event = Event("default", new_id(at), "scribe", "track", "x", at, at, "key", properties={"n": offset})
    return Row(Position(1, offset, index), event, "duplicate" if index == 3 else "stored")

def move():
    while True:
        warehouse.move()

threading.Thread(target=move, daemon=True).start()
offset = warehouse.applied().get(1, 0)
while True:
    offset += 1
    warehouse.write([warehouse.pack([row(offset, index) for index in range(4)])], {1: offset})
    print(offset, flush=True)
"""

LONG = """
import sys
from pathlib import Path
from bowerbird.warehouse.duck import DuckWarehouse
warehouse = DuckWarehouse(Path(sys.argv[1]), "512MB", 1)
print("open", flush=True)
sys.stdin.read()
warehouse.close()
"""


def start(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("row_group", [5, 40])
def test_nothing_is_lost_or_doubled_by_a_kill(tmp_path, row_group):
    """Killed at whatever the clock brings, moves at full speed beside it."""
    path = tmp_path / "warehouse.duckdb"
    acknowledged = 0
    for life in range(5):
        process = start(WRITER, path, row_group)
        acknowledged = int(process.stdout.readline())
        time.sleep(0.05 + 0.13 * life)
        os.kill(process.pid, signal.SIGKILL)
        for line in process.stdout:
            acknowledged = int(line) if line.endswith("\n") else acknowledged
        process.wait()
        warehouse = DuckWarehouse(path, "512MB", 1)
        applied = warehouse.applied()[1]
        assert applied in (acknowledged, acknowledged + 1)
        expected = {("default", "scribe", "stored"): 3 * applied, ("default", "scribe", "duplicate"): applied}
        assert warehouse.counts({1: applied}) == expected
        once = warehouse.query('SELECT count(*), count(DISTINCT ("offset", "index")), max("offset") FROM events')
        assert once == [(3 * applied, 3 * applied, applied)]
        warehouse.close()


def test_a_second_process_is_told_who_has_it(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    process = start(LONG, path)
    assert process.stdout.readline() == "open\n"
    with pytest.raises(DataDirectoryBusyError) as raised:
        DuckWarehouse(path)
    assert raised.value.hint
    process.communicate("")
    DuckWarehouse(path).close()


def test_everything_is_there_after_a_restart(tmp_path, make_row):
    path = tmp_path / "warehouse.duckdb"
    first = DuckWarehouse(path, "512MB", 1, row_group=8)
    rows = [make_row(properties={"n": n}) for n in range(20)]
    first.write([first.pack(rows)], {1: 20, 3: 4})
    first.move()
    first.close()
    assert not path.with_suffix(".duckdb.wal").exists()
    again = DuckWarehouse(path, "512MB", 1, row_group=8)
    assert again.applied() == {1: 20, 3: 4}
    read = again.events(EventQuery("default"))
    assert [each.properties["n"] for each in read] == list(range(19, -1, -1))
    again.write([again.pack(rows)], {1: 20})
    assert again.counts({1: 20}) == {("default", "scribe", "stored"): 20}
    again.close()


@pytest.mark.parametrize("fields", [{"event_id": "no uuid"}, {"person_id": "nobody"}, {"occurred_at": 2**63 - 1}])
def test_what_only_duckdb_refuses_is_named_too(duck, make_row, fields):
    good, bad = make_row(), make_row(**fields)
    with pytest.raises(WarehouseRejectedError) as raised:
        duck.write([duck.pack([good, bad])], {1: 2})
    assert list(raised.value.reasons) == [bad.event.event_id]
    duck.write([duck.pack([good])], {1: 1})
    assert duck.counts({1: 2}) == {("default", "scribe", "stored"): 1}


def test_parquet_has_every_column_of_hot_and_cold(duck, make_row, tmp_path):
    rows = [make_row(properties={"n": n, "deep": {"x": [1.0]}}, value=Decimal("1.50")) for n in range(12)]
    duck.write([duck.pack([*rows, make_row(workspace="else")])], {1: 13})
    duck.move()
    target = tmp_path / "events.parquet"
    assert duck.export("default", target, "parquet") == 12
    read = duckdb.connect().execute(
        "SELECT event_id, occurred_at, value, properties FROM read_parquet($file) ORDER BY occurred_at",
        {"file": str(target)},
    )
    found = read.fetchall()
    assert [row[0] for row in found] == [row.event.event_id for row in rows]
    assert [row[2] for row in found] == [Decimal("1.5")] * 12
    assert [json.loads(row[3]) for row in found] == [row.event.properties for row in rows]


def test_an_export_that_fails_leaves_no_file(duck, make_row, tmp_path):
    duck.write([duck.pack([make_row()])], {1: 1})
    with pytest.raises(BowerbirdError, match="cannot be written") as told:
        duck.export("default", tmp_path / "missing" / "events.ndjson", "ndjson")
    assert "TMPDIR" in told.value.hint
    assert list(tmp_path.glob("**/*.ndjson*")) == []


@pytest.mark.parametrize("name", ["with space.ndjson", "quote'.ndjson", "50%.ndjson", "a=b.ndjson"])
def test_exports_go_to_any_file_name(duck, make_row, tmp_path, name):
    duck.write([duck.pack([make_row()])], {1: 1})
    assert duck.export("default", tmp_path / name, "ndjson") == 1
    assert json.loads((tmp_path / name).read_text())["name"] == "Order Placed"


def test_a_file_of_an_earlier_version_says_what_to_do(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as old:
        old.execute("CREATE TABLE hot (event_id UUID)")
    with pytest.raises(DataVersionError, match="earlier version") as raised:
        DuckWarehouse(path)
    assert "rebuilt from the log" in raised.value.hint


def test_a_file_without_noted_people_is_brought_up_to_date(tmp_path, make_row):
    path = tmp_path / "warehouse.duckdb"
    with closing(DuckWarehouse(path, row_group=1)) as warehouse:
        warehouse.write([warehouse.pack([make_row(person_id=person_id(1))])], {1: 1})
        assert warehouse.move() == 1
        noted = warehouse.query("SELECT * FROM cold_people")
    with duckdb.connect(str(path)) as old:
        old.execute("DROP TABLE cold_people")
        old.execute("UPDATE schema_version SET version = 4")
    with closing(DuckWarehouse(path)) as warehouse:
        assert warehouse.query("SELECT * FROM cold_people") == noted != []
        assert warehouse.query("SELECT version FROM schema_version") == [(VERSION,)]


@pytest.mark.parametrize(("version", "message"), [(OLDEST - 1, "earlier"), (VERSION + 1, "later")])
def test_a_file_of_another_version_is_not_touched(tmp_path, version, message):
    path = tmp_path / "warehouse.duckdb"
    DuckWarehouse(path).close()
    with duckdb.connect(str(path)) as file:
        file.execute("UPDATE schema_version SET version = $version", {"version": version})
    with pytest.raises(DataVersionError, match=message):
        DuckWarehouse(path)
    with duckdb.connect(str(path)) as file:
        assert file.execute("SELECT version FROM schema_version").fetchall() == [(version,)]
