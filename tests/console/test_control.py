"""How a process of this machine finds the engine."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bowerbird.console.control import announce, control_token, running, withdraw


def test_the_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: control_token(tmp_path), range(32)))
    (token,) = tokens
    assert len(token) >= 40
    assert (tmp_path / "engine.token").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["engine.token"]


def test_two_directories_have_two_tokens(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert control_token(tmp_path / "a") != control_token(tmp_path / "b")


def test_an_engine_is_found_until_it_withdraws(tmp_path: Path) -> None:
    assert running(tmp_path) is None
    announce(tmp_path, "http://127.0.0.1:8001")
    assert running(tmp_path) == "http://127.0.0.1:8001"
    withdraw(tmp_path)
    withdraw(tmp_path)
    assert running(tmp_path) is None


def test_an_engine_that_died_is_not_found_and_anothers_file_is_left_alone(tmp_path: Path) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    (tmp_path / "engine.json").write_text(f'{{"url": "http://127.0.0.1:1", "pid": {int(gone.stdout)}}}')
    assert running(tmp_path) is None
    withdraw(tmp_path)
    assert (tmp_path / "engine.json").exists()
    announce(tmp_path, "http://127.0.0.1:2")
    assert running(tmp_path) == "http://127.0.0.1:2"


def test_a_process_that_has_the_number_of_a_dead_engine_is_none(tmp_path: Path) -> None:
    announce(tmp_path, "http://127.0.0.1:1")
    told = json.loads((tmp_path / "engine.json").read_text())
    assert running(tmp_path) == "http://127.0.0.1:1"
    (tmp_path / "engine.json").write_text(json.dumps(told | {"started": told["started"] - 1}))
    assert running(tmp_path) is None


def test_a_broken_file_is_no_engine(tmp_path: Path) -> None:
    for content in ("", "{", '{"url": 7, "pid": 1}', f'{{"pid": {os.getpid()}}}'):
        (tmp_path / "engine.json").write_text(content)
        assert running(tmp_path) is None
