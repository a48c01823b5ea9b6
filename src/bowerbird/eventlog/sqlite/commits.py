"""Commits in flight: what is seen may have an elder, in another partition, that cannot be seen yet."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bowerbird.eventlog.sqlite.partition import gate, partitions

PATIENCE = 1.0
"""Seconds. A process that was halted amid a commit holds nobody up for longer; its row is then read out of turn."""
_PAUSE = 0.001


def wait_for_commits(log_dir: Path, is_over: Callable[[int], bool]) -> None:
    """Returns when every commit that was in flight has ended. A row's time is taken inside the partition's gate, so
    who gets through the gate, or sees a further row (`is_over`, told the partition), knows of all earlier times."""
    deadline = time.monotonic() + PATIENCE
    for number in partitions(log_dir):
        with closing(gate(log_dir / str(number))) as lock:
            while not lock.take() and not is_over(number) and time.monotonic() < deadline:
                time.sleep(_PAUSE)
