"""A log that is gone, or older than what was processed from it: nothing is taken and nothing is cleared beside it."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from bowerbird.clock import SystemClock
from bowerbird.event import Event
from bowerbird.eventlog.sqlite import SqliteLogWriter

Loss = Callable[[Any], None]


def send(server: Any, vendors: Any, count: int) -> None:
    asked = vendors(server.key)["scribe"]
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        for _ in range(count):
            assert http.post(asked.path, json=asked.body, headers=asked.headers).status_code == asked.accepted


def whole(server: Any) -> None:
    shutil.rmtree(server.data / "log")


def newest(server: Any) -> None:
    """The log of before the last event."""
    shutil.rmtree(server.data / "log")
    shutil.copytree(server.data.with_name("older"), server.data / "log")


def outgrown(server: Any) -> None:
    """The log of before the last event, and as many others since."""

    async def grow() -> None:
        writers = [SqliteLogWriter.claim(server.data / "log", 1 << 20, SystemClock()) for _ in range(server_partitions)]
        for writer in writers:
            for _ in range(9):
                await writer.append([Event("default", str(uuid4()), "scribe", "track", "other", 1, 1, "key")])
            await writer.close()

    newest(server)
    server_partitions = len([*(server.data / "log").iterdir()])
    asyncio.run(grow())


@pytest.fixture
def lose(server: Any, vendors: Any, api: Any) -> Callable[[Loss], Any]:
    """A stopped server with six stored events, whose log has lost some."""

    def lose(loss: Loss) -> Any:
        send(server, vendors, 2)
        server.stop()
        shutil.copytree(server.data / "log", server.data.with_name("older"))
        server.start()
        for _ in range(4):  # whichever collector's partition it is
            send(server, vendors, 1)
        api(server).settled()
        server.stop()
        loss(server)
        return server

    return lose


@pytest.fixture(params=[whole, newest])
def lost(request: Any, lose: Callable[[Loss], Any]) -> Any:
    return lose(request.param)


def test_no_verb_loses_what_is_stored_beside_a_log_that_lost_it(lost: Any) -> None:
    for line in (("replay", "--yes"), ("audit",), ("trace", "x")):
        ran = lost.run(*line)
        assert ran.code == 1
        assert "the log holds less than was processed" in ran.err, line
        assert "do not replay" in ran.err
    balance = next(one for one in lost.run("doctor").document["checks"] if one["check"] == "balance")
    assert balance["status"] == "FAIL"
    assert "restore it from a backup, and do not replay" in balance["advice"]

    target = lost.data.with_name("kept.ndjson")
    assert lost.call("export", str(target), "--as-it-is")["events"] == 6


def does_not_start(lost: Any, words: str) -> None:
    refused = subprocess.run(lost.command(), capture_output=True, text=True, timeout=120, check=False)
    assert refused.returncode == 1
    assert "ready" not in refused.stdout
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def one_more(lost: Any) -> Path:
    events: Path = lost.data.with_name("more.ndjson")
    events.write_text('{"event": {"name": "seen", "user_id": "u"}}\n')
    return events


def test_nothing_is_taken_beside_a_log_that_lost_what_was_processed(lost: Any) -> None:
    does_not_start(lost, "the log holds less than was processed")
    events = one_more(lost)
    ran = lost.run("import", str(events), "--dialect", "scribe")
    assert (ran.code, "the log holds less than was processed" in ran.err) == (1, True)


def test_what_is_left_of_the_log_can_be_gone_on_with(lost: Any, vendors: Any, api: Any) -> None:
    """As the hint says."""
    for path in [*lost.data.glob("warehouse.duckdb*"), *lost.data.glob("state.db*"), lost.data / "seen.lmdb"]:
        path.rename(lost.data.with_name(f"aside-{path.name}"))
    lost.start()
    before = api(lost).settled()["stored"]
    send(lost, vendors, 3)
    assert api(lost).settled()["stored"] == before + 3


def test_nothing_is_taken_beside_a_log_that_is_another_and_reaches_as_far(lose: Callable[[Loss], Any]) -> None:
    lost = lose(outgrown)
    does_not_start(lost, "the log holds other events than were processed")
    events = one_more(lost)
    for line in (("import", str(events), "--dialect", "scribe"), ("replay", "--yes")):
        ran = lost.run(*line)
        assert (ran.code, "other events than were processed" in ran.err, "do not replay" in ran.err) == (1, True, True)
    target = lost.data.with_name("kept.ndjson")
    assert lost.call("export", str(target), "--as-it-is")["events"] == 6
