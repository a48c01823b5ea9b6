"""A real server that the documents' examples are sent to, and a data directory that their commands work in."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from bowerbird.cli.main import app

_PATIENCE = 60
_SCOPES = "events:write,events:read,profiles:read,profiles:write,metrics:read,insights:read,admin"


class Documented(NamedTuple):
    """`bowerbird serve`, as a reader of the documents has it."""

    url: str
    console: str
    said: str
    """What it printed on its first start."""
    data: Path

    def settle(self) -> None:
        """Returns when everything sent so far can be read."""
        deadline = time.monotonic() + _PATIENCE
        while httpx.get(f"{self.console}/readyz", trust_env=False).json()["lag"]["events"]:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def environment(self, key: str) -> dict[str, str]:
        """What an example finds: nothing of the tester's own but the path of programs."""
        return {
            "PATH": os.environ["PATH"],
            "BOWERBIRD_URL": self.url,
            "BOWERBIRD_CONSOLE_URL": self.console,
            "BOWERBIRD_KEY": key,
        }


def _serve(data: Path, printed: Path) -> subprocess.Popen[bytes]:
    command = (sys.executable, "-m", "bowerbird", "serve", "--data", str(data), "--workers", "1")
    with printed.open("wb") as out, printed.with_suffix(".err").open("wb") as err:
        return subprocess.Popen([*command, "--port", "0", "--console-port", "0"], stdout=out, stderr=err)


@pytest.fixture(scope="session")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documented]:
    folder = tmp_path_factory.mktemp("documented")
    printed = folder / "printed.out"
    process = _serve(folder / "data", printed)
    deadline = time.monotonic() + _PATIENCE
    while "\nconsole ready" not in printed.read_text():
        assert process.poll() is None, printed.with_suffix(".err").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    said = printed.read_text()
    urls = [line.split()[-1] for line in said.splitlines()[-2:]]
    yield Documented(*urls, said, folder / "data")
    process.terminate()
    assert process.wait(_PATIENCE) == 0


@pytest.fixture(scope="session")
def reader(documented: Documented) -> Callable[[str], dict[str, str]]:
    """Makes a workspace with a list 94 and a key for everything; gives the environment that its examples run in."""

    def make(workspace: str) -> dict[str, str]:
        _run(documented.data, "workspace", "create", workspace)
        _run(documented.data, "list", "create", "--workspace", workspace, "--name", "Customers", "--id", "94")
        made = _run(documented.data, "key", "create", "--workspace", workspace, "--scope", _SCOPES)
        environment = documented.environment(msgspec.json.decode(made)["secret"])
        _wait_known(environment)
        return environment

    return make


def _run(data: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["--data", str(data), "--json", *arguments], prog_name="bowerbird")
    assert done.exit_code == 0, done.output
    return done.stdout


def _wait_known(environment: dict[str, str]) -> None:
    """A new key reaches the collectors within a second; an empty body says whether it has, and leaves no event."""
    headers = {"Authorization": f"Bearer {environment['BOWERBIRD_KEY']}"}
    deadline = time.monotonic() + _PATIENCE
    url = f"{environment['BOWERBIRD_URL']}/v1/analytics/events"
    while httpx.post(url, headers=headers, trust_env=False).status_code == 401:
        assert time.monotonic() < deadline
        time.sleep(0.05)
