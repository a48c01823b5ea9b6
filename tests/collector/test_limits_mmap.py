"""What only processes side by side can show of the shared limiter."""

import signal
import subprocess
import sys
from pathlib import Path

from bowerbird.clock import SECOND
from bowerbird.collector.dialects.base import Quota, Throttle
from bowerbird.collector.limits_mmap import MmapLimiter

NOW = 1_750_000_020 * SECOND

HAMMER = """
import sys
from pathlib import Path
from bowerbird.collector.dialects.base import Throttle
from bowerbird.collector.limits_mmap import MmapLimiter
from bowerbird.refusals import Refused

path, slot, calls, now = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
limiter = MmapLimiter.open(path)
throttle = Throttle(1000, 3500)
print("ready", flush=True)
sys.stdin.readline()
passed = 0
while calls:
    calls -= 1
    try:
        limiter.take(slot, throttle, now)
        passed += 1
    except Refused:
        pass
print(passed)
"""


def hammer(path: Path, slot: int, calls: int) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HAMMER, str(path), str(slot), str(calls), str(NOW)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process


def start(processes: "list[subprocess.Popen[str]]") -> None:
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def test_processes_together_pass_exactly_the_limit(tmp_path: Path) -> None:
    processes = [hammer(tmp_path / "limits", 1, 600) for _ in range(4)]
    start(processes)
    passed = [int(process.communicate(timeout=30)[0]) for process in processes]
    assert sum(passed) == 1000


def test_the_file_grows_under_all_of_them(tmp_path: Path) -> None:
    processes = [hammer(tmp_path / "limits", 1 + 5000 * index, 20) for index in range(4)]
    start(processes)
    assert [int(process.communicate(timeout=30)[0]) for process in processes] == [20] * 4
    limiter = MmapLimiter.open(tmp_path / "limits")
    for index in range(4):
        assert limiter.take(1 + 5000 * index, Throttle(None, 100), NOW) == Quota(100, 79, 60)
    limiter.close()


def test_a_killed_process_leaves_no_lock_and_its_counts(tmp_path: Path) -> None:
    process = hammer(tmp_path / "limits", 1, -1)
    start([process])
    limiter = MmapLimiter.open(tmp_path / "limits")
    while (quota := limiter.take(1, Throttle(None, 10**9), NOW)) and quota.remaining > 10**9 - 1000:
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    after = limiter.take(1, Throttle(None, 10**9), NOW)
    assert after is not None
    assert after.remaining < 10**9 - 1000
    limiter.close()


def test_a_new_start_goes_on_counting(tmp_path: Path) -> None:
    for remaining in (9, 8):
        limiter = MmapLimiter.open(tmp_path / "limits")
        assert limiter.take(1, Throttle(None, 10), NOW) == Quota(10, remaining, 60)
        limiter.close()
