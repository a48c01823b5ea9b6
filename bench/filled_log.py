"""A log full of plausible traffic, written by the real writer."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterable
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from bowerbird.clock import SystemClock
from bowerbird.event import Event
from bowerbird.eventlog.sqlite import SqliteLogWriter
from traffic import events

SEGMENT_BYTES = 256_000_000
_MEMORY = Path("/dev/shm")


def fill(log_dir: Path, count: int, row_events: int, per_second: int = 3000) -> None:
    """`count` events in rows of `row_events`, made in a process of its own, which leaves this one as small as it was.
    Written in memory where that can be, so that filling does not wait for a disk; then moved."""
    process = get_context("spawn").Process(target=_fill, args=(log_dir, count, row_events, per_second))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"filling the log ended with {process.exitcode}")


def _fill(log_dir: Path, count: int, row_events: int, per_second: int) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as scratch:
        asyncio.run(_append(Path(scratch) / "log", events(count, per_second=per_second), row_events))
        shutil.copytree(Path(scratch) / "log", log_dir)


async def _append(log_dir: Path, traffic: Iterable[Event], row_events: int) -> None:
    log = SqliteLogWriter.claim(log_dir, SEGMENT_BYTES, SystemClock())
    source = iter(traffic)
    while row := list(islice(source, row_events)):
        await log.append(row)
    await log.close()
