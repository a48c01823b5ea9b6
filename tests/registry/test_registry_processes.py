"""Several processes on one data directory."""

import subprocess
import sys
import time
from pathlib import Path

from bowerbird.clock import SystemClock
from bowerbird.registry.sql import open_sqlite

OPEN = """
import sys
from pathlib import Path
from bowerbird.clock import SystemClock
from bowerbird.registry.sql import open_sqlite
directory = Path(sys.argv[1])
print("loaded", flush=True)
sys.stdin.readline()
registry = open_sqlite(directory, SystemClock())
"""
ADMIT = (
    OPEN + 'print(sum(registry.registers.admit_metric("default", str(n), 20) for n in range({start}, {start} + 15)))'
)
BOOTSTRAP = OPEN + "first = registry.bootstrap(); print(first.secret if first else None)"
CREATE = OPEN + 'print(registry.keys.create("default", ["events:write"])[1], flush=True)'


def start(directory: Path, script: str) -> "subprocess.Popen[str]":
    """Up to where it waits for a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "loaded\n"
    return process


def together(directory: Path, scripts: list[str]) -> list[str]:
    """What the scripts print when all of them go on at once."""
    processes = [start(directory, script) for script in scripts]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(scripts)
    return printed


def test_the_first_opening_may_be_several_at_once(tmp_path: Path) -> None:
    printed = together(tmp_path / "data", [BOOTSTRAP] * 4)
    secrets = [text for text in printed if text != "None"]
    assert len(secrets) == 1
    snapshot = open_sqlite(tmp_path / "data", SystemClock()).load()
    assert snapshot is not None
    assert snapshot.authenticate(secrets[0]) is not None


def test_metrics_are_admitted_exactly_across_processes(tmp_path: Path) -> None:
    together(tmp_path, [ADMIT.format(start=start) for start in (0, 10, 20)])
    registers = open_sqlite(tmp_path, SystemClock()).registers
    assert sum(registers.admit_metric("default", str(n), 20) for n in range(35)) == 20


def test_a_key_made_elsewhere_shows_within_a_second(tmp_path: Path) -> None:
    registry = open_sqlite(tmp_path, SystemClock())
    snapshot = registry.load()
    maker = start(tmp_path, CREATE)
    assert maker.stdin is not None
    assert maker.stdout is not None
    maker.stdin.write("\n")
    maker.stdin.flush()
    secret = maker.stdout.readline().strip()
    until = time.monotonic() + 1
    while time.monotonic() < until and (snapshot is None or snapshot.authenticate(secret) is None):
        snapshot = registry.load(snapshot.version if snapshot else None) or snapshot
        time.sleep(0.05)
    assert snapshot is not None
    assert snapshot.authenticate(secret) is not None
    maker.communicate(timeout=30)
