"""The start of a server: signals that come meanwhile, and a stdout that takes nothing."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird import __main__
from bowerbird.service.ownership import owner_of

Started = subprocess.Popen[str]


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    options = ("--port", "0", "--console-port", "0", "--workers", "1")
    return [sys.executable, "-m", "bowerbird", "serve", "--data", str(tmp_path / "data"), *options]


def start(command: list[str], redirected: str = "") -> Started:
    line = ["sh", "-c", f'exec "$@" {redirected}', "sh", *command]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_starts_ends_it_in_order(
    command: list[str], tmp_path: Path, until: Callable[..., float], number: signal.Signals
) -> None:
    with start(command) as process:
        until(lambda: owner_of(tmp_path / "data") is not None, 60)
        process.send_signal(number)
        out, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said == "asked to end before everything was ready\n"
    assert "ready" not in out


def test_a_signal_before_anything_is_imported_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bowerbird.cli.main.main", interrupted)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, "interrupted\n")


@pytest.mark.parametrize(("redirected", "warned"), [(">&-", False), (">/dev/full", True)])
def test_a_stdout_that_takes_nothing_ends_no_server(
    command: list[str], tmp_path: Path, until: Callable[..., float], redirected: str, warned: bool
) -> None:
    def serves() -> bool:
        assert process.poll() is None
        owner = owner_of(tmp_path / "data")
        return owner is not None and bool(owner.collector)

    with start(command, redirected) as process:
        until(serves, 60)
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert ("bowerbird user password --name admin" in said) is warned
    assert "rror" not in said


def test_first_secrets_are_shown_when_the_server_does_not_come_up(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "warehouse.duckdb").write_bytes(b"no database" * 1000)
    with start([*command, "--json"]) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    document: dict[str, Any] = json.loads(out)
    assert document["collector"] is None
    assert document["first"].keys() == {"secret", "password"}
    assert all(document["first"].values())
