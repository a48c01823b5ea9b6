"""`bowerbird demo` where there is nowhere to send to. With a server: tests/journeys/test_demo_traffic.py."""

import socket
from pathlib import Path
from typing import Any


def test_without_a_server_it_says_how_to_start_one(bowerbird: Any, data: Path) -> None:
    assert bowerbird("workspace list").code == 0
    told = bowerbird("demo --events 10")
    assert told.code == 1
    assert f"no server is running on {data}" in told.err
    assert f"bowerbird serve --data {data}" in told.err
    assert "Traceback" not in told.err
    assert [one["name"] for one in bowerbird("workspace list --json").document["workspaces"]] == ["default"]


def test_a_collector_elsewhere_needs_a_key_and_a_list(bowerbird: Any) -> None:
    told = bowerbird("demo --url http://127.0.0.1:1 --key k")
    assert told.code == 1
    assert "--url, --key and --list belong together" in told.err


def test_a_collector_that_does_not_answer_is_named(bowerbird: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("bowerbird.demo.sending._TRIES", 2)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = bowerbird(f"demo --url http://127.0.0.1:{port} --key k --list 1 --events 5")
    assert told.code == 1
    assert f"the collector at 127.0.0.1:{port} does not answer" in told.err
