"""One process serves a data directory, and others can tell which."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bowerbird.errors import DataDirectoryBusyError
from bowerbird.service import ownership
from bowerbird.service.ownership import Owner, Ownership, owner_of

HOLD = """
import sys
from pathlib import Path
from bowerbird.service.ownership import Ownership
with Ownership(Path(sys.argv[1])) as mine:
    mine.announce("http://collector", "http://console")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Any:
    """Another process that serves the directory."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], **pipes) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_nobody_owns_a_directory_that_was_never_served(tmp_path: Path) -> None:
    assert owner_of(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_owner_says_where_it_answers(holder: Any, tmp_path: Path) -> None:
    assert owner_of(tmp_path) == Owner(holder.pid, "http://collector", "http://console")


def test_ownership_ends_with_the_process_however_it_ends(holder: Any, tmp_path: Path) -> None:
    holder.kill()
    holder.wait()
    assert owner_of(tmp_path) is None
    with Ownership(tmp_path):
        assert owner_of(tmp_path) is not None
    assert owner_of(tmp_path) is None


def test_a_second_owner_is_told_who_the_first_is(holder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(DataDirectoryBusyError, match=f"by process {holder.pid}$"), Ownership(tmp_path):
        pass


def test_a_predecessor_that_is_just_ending_is_waited_for(holder: Any, tmp_path: Path) -> None:
    holder.stdin.close()
    holder.stdin = None
    with Ownership(tmp_path) as mine:
        mine.announce("a", "b")
        found = owner_of(tmp_path)
    assert found is not None
    assert (found.collector, found.console) == ("a", "b")


def test_what_no_owner_wrote_names_nobody(holder: Any, tmp_path: Path) -> None:
    (tmp_path / "serve.lock").write_text("4711")
    assert owner_of(tmp_path) == Owner()


def test_a_server_is_told_which_verb_is_at_work(tmp_path: Path) -> None:
    with (
        Ownership(tmp_path, "replay"),
        pytest.raises(DataDirectoryBusyError, match=f"`bowerbird replay` is at work .* process {os.getpid()}$"),
        Ownership(tmp_path, patience=0),
    ):
        pass
