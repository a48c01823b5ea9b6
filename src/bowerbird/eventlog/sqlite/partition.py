"""Partitions as directories: which there are, which segments are in them, and who writes."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from bowerbird.errors import DataDirectoryBusyError
from bowerbird.files import Lock, sync_directory

MOST_PARTITIONS = 512
"""As many as a person id can tell apart."""

_SEGMENT = re.compile(r"(\d{20})\.sqlite")


class SegmentFile(NamedTuple):
    """A segment's first offset, and where it lies."""

    first: int
    path: Path


def gate(partition: Path) -> Lock:
    """Held around each change of a segment. SQLite would let two connections take turns by itself, but up to 3.51.2 it
    can lose pages when one checkpoints while another begins the WAL anew (sqlite.org/wal.html, "the WAL-reset bug")."""
    return Lock(partition / "gate.lock")


def claim(log_dir: Path, passed_over: frozenset[int] = frozenset()) -> tuple[int, Lock]:
    """The lowest partition that has no writer, and the lock that makes it ours. A new one when all have writers.

    Raises `DataDirectoryBusyError` when there are too many, `OSError` when the directory cannot be written.
    """
    for number in range(MOST_PARTITIONS):
        if number in passed_over:
            continue
        directory = log_dir / str(number)
        if not directory.is_dir():
            directory.mkdir(parents=True, exist_ok=True)
            sync_directory(log_dir.parent)
            sync_directory(log_dir)
        lock = Lock(directory / "writer.lock")
        if lock.take():
            return number, lock
        lock.close()
    raise DataDirectoryBusyError(
        f"all {MOST_PARTITIONS} partitions of {log_dir} have writers", "Stop some of the processes that collect."
    )


def partitions(log_dir: Path) -> list[int]:
    try:
        return sorted(int(name) for name in os.listdir(log_dir) if name.isdecimal())
    except FileNotFoundError:
        return []


def segment_path(partition: Path, first: int) -> Path:
    return partition / f"{first:020d}.sqlite"


def segment_files(partition: Path) -> list[SegmentFile]:
    """In the order of their offsets."""
    names = (_SEGMENT.fullmatch(name) for name in os.listdir(partition))
    return sorted(SegmentFile(int(name[1]), partition / name[0]) for name in names if name)


def remove_segments(partition: Path, before: int) -> int:
    """Deletes the segments that start before this offset, oldest first, with what SQLite left beside them. Returns how
    many went."""
    old = sorted(path for path in partition.iterdir() if path.name[:20].isdecimal() and int(path.name[:20]) < before)
    for path in old:
        path.unlink(missing_ok=True)
    if old:
        sync_directory(partition)
    return sum(path.suffix == ".sqlite" for path in old)
