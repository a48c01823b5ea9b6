"""The verbs without a server: the same answers from the engine in this process, and the same end."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.cli.engine import connect
from bowerbird.errors import DataDirectoryBusyError
from bowerbird.service.ownership import Ownership, owner_of
from bowerbird.settings import Settings

EVENTS = "\n".join(f'{{"event": {{"name": "seen", "user_id": "u{number % 3}"}}}}' for number in range(50))


@pytest.fixture
def imported(bowerbird: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """`bowerbird`, on a directory with 50 events that nobody has processed yet."""
    (tmp_path / "events.ndjson").write_text(EVENTS)
    assert bowerbird("import events.ndjson --dialect scribe").code == 0
    return bowerbird


def test_what_waits_is_processed_before_it_is_asked_for(imported: Callable[..., Any], tmp_path: Path) -> None:
    assert imported("export all.ndjson --json").document["events"] == 50
    assert imported("audit --json").document["stored"] == 50
    assert len(imported("person find --json").document["people"]) == 3
    assert imported("replay --yes --json").document == {"events": 50, "pending": 0}
    assert imported("export all.parquet --json").document["events"] == 50
    assert (tmp_path / "all.parquet").read_bytes()[:4] == b"PAR1"
    assert imported("person erase user_id=u0 --yes --json").document["erased"] == 17
    assert imported("audit --json").document["erased"] == 17


def test_nothing_is_left_running(imported: Callable[..., Any], data: Path) -> None:
    before = set(threading.enumerate())
    assert imported("audit").code == 0
    assert imported("person show nobody").code == 1
    assert set(threading.enumerate()) <= before
    assert not (data / "engine.json").exists()


def test_doctor_looks_without_a_server(imported: Callable[..., Any]) -> None:
    document = imported("doctor --json").document
    assert document["healthy"]
    assert {one["check"] for one in document["checks"]} >= {"balance", "ports", "clock"}


def test_a_verb_lets_a_server_come_up_first(
    imported: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bowerbird.cli.engine._STARTING", 0.1)
    with Ownership(data):
        ran = imported("audit")
    assert (ran.code, f"process {os.getpid()}, is starting its engine" in ran.err) == (1, True)
    with Ownership(data, "export"):
        ran = imported("audit")
    assert (ran.code, "`bowerbird export` is at work" in ran.err) == (1, True)
    assert imported("audit").code == 0


def test_a_verb_keeps_others_out(imported: Callable[..., Any], data: Path) -> None:
    with connect(Settings(data=data)), pytest.raises(DataDirectoryBusyError), Ownership(data, patience=0):
        pass
    assert owner_of(data) is None
