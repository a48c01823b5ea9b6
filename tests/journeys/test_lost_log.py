"""A log that is gone, or older than what was processed from it: nothing is taken and nothing is cleared beside it."""

import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import httpx
import pytest

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


@pytest.fixture(params=[whole, newest])
def lost(request: Any, server: Any, vendors: Any, api: Any) -> Any:
    """A stopped server with three stored events, whose log has lost some."""
    send(server, vendors, 2)
    server.stop()
    shutil.copytree(server.data / "log", server.data.with_name("older"))
    server.start()
    for _ in range(4):  # whichever collector's partition it is
        send(server, vendors, 1)
    api(server).settled()
    server.stop()
    request.param(server)
    return server


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


def test_nothing_is_taken_beside_a_log_that_lost_what_was_processed(lost: Any) -> None:
    refused = subprocess.run(lost.command(), capture_output=True, text=True, timeout=120, check=False)
    assert refused.returncode == 1
    assert "ready" not in refused.stdout
    assert "the log holds less than was processed" in refused.stderr
    assert "Traceback" not in refused.stderr

    events = lost.data.with_name("more.ndjson")
    events.write_text('{"event": {"name": "seen", "user_id": "u"}}\n')
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
