"""The command line in this process, on a data directory of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from typer.testing import CliRunner

from bowerbird.cli.main import app


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return msgspec.json.decode(self.out)


Bowerbird = Callable[..., Ran]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Not made yet; the environment names it, and nothing else."""
    monkeypatch.setenv("BOWERBIRD_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


@pytest.fixture
def bowerbird(data: Path) -> Bowerbird:
    """`bowerbird("key list --json")`; a tuple instead of text where arguments hold blanks."""

    def run(line: "str | tuple[str, ...]", stdin: str = "") -> Ran:
        args = line.split() if isinstance(line, str) else list(line)
        result = CliRunner().invoke(app, args, input=stdin, prog_name="bowerbird")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run
