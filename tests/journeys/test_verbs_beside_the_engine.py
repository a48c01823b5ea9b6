"""Verbs while the engine of a running server is away, or hangs."""

import os
import signal
from typing import Any

import pytest


def test_a_verb_waits_for_an_engine_that_is_started_again(
    server: Any, vendors: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("the stores are the engine's")

    monkeypatch.setattr("bowerbird.wiring.engine.local_console", never)
    monkeypatch.setattr("bowerbird.cli.engine._STARTING", 60.0)
    server.kill("engine")
    assert server.call("replay", "--yes")["pending"] == 0
    assert api(server).settled()["balanced"]
    assert "exit code" not in server.errors


def test_an_engine_that_hangs_is_told_by_the_doctor(server: Any) -> None:
    [engine] = server.pids("engine")
    os.kill(engine, signal.SIGSTOP)
    try:
        ran = server.run("doctor")
    finally:
        os.kill(engine, signal.SIGCONT)
    found = next(one for one in ran.document["checks"] if one["check"] == "engine")
    assert (ran.code, found["status"]) == (1, "FAIL")
    assert "does not answer" in found["text"]
    assert server.run("doctor").code == 0
