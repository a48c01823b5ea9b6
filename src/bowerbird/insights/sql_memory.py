"""How much a SQL question takes for its work."""

import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from bowerbird.errors import QuestionStoppedError
from bowerbird.insights.draft import Statement
from bowerbird.insights.question import Asking

MOST_MEMORY = 512 << 20
"""Bytes that a question may take for its work, files it spills to included."""

_TOO_MUCH = f"the question, with what runs beside it, needs more than {MOST_MEMORY >> 20} MB of memory"
_LOOK = 0.05
"""Seconds between two looks."""
_COUNTED = """
    SELECT coalesce(sum(memory_usage_bytes + temporary_storage_bytes) FILTER (
        tag NOT IN ('BASE_TABLE', 'METADATA', 'IN_MEMORY_TABLE', 'EXTENSION')), 0)::BIGINT,
        coalesce(sum(memory_usage_bytes), 0)::BIGINT
    FROM duckdb_memory()"""
_STATM = Path("/proc/self/statm")


class _Taken(NamedTuple):
    work: int
    """What the engine counts as its work."""
    counted: int
    """All that it counts, blocks of tables that it keeps included."""
    resident: int
    """Of the whole process: the engine does not count the entries of lists."""


@contextmanager
def within_memory(asking: Asking) -> Iterator[None]:
    """Stops the question when it takes `MOST_MEMORY`: by the engine's own account, or beside it."""
    before = _taken(asking)
    done = threading.Event()

    def watch() -> None:
        counted = before.counted
        with suppress(QuestionStoppedError):
            while not done.wait(_LOOK):
                now = _taken(asking)
                counted = max(counted, now.counted)  # what the engine gives back, the process may keep
                beside = now.resident - before.resident - (counted - before.counted)
                if max(now.work - before.work, beside) > MOST_MEMORY:
                    asking.stop.cancel(_TOO_MUCH)

    watcher = threading.Thread(target=watch, name="question-memory", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _taken(asking: Asking) -> _Taken:
    [(work, counted)] = asking.rows(Statement(_COUNTED, {}))
    return _Taken(int(work), int(counted), _resident())


def _resident() -> int:
    """Bytes of this process that are in memory; where the system does not tell, the most that ever were."""
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
