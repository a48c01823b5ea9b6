"""Files of the data directory, and locks on them."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

_POLL = 0.002
"""Seconds."""


def private_directory(path: Path) -> None:
    """Creates the directory (0700) where it is missing; one that is there keeps its mode."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def private_file(path: Path) -> None:
    """Creates an empty file (0600) where it is missing."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def sync_directory(directory: Path) -> None:
    """Makes names that were added to or taken from the directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Lock:
    """An advisory lock between processes, which ends with the one that holds it, however that ends."""

    def __init__(self, path: Path) -> None:
        """Creates the file where it is missing."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """The lock for the block. Raises `TimeoutError` where it is not free for so long."""
        deadline = time.monotonic() + seconds
        while not self.take():
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(_POLL)
        with self:
            yield

    def take(self) -> bool:
        """Takes the lock until `close`, if nobody has it."""
        return take(self._file)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def take(descriptor: int, *, shared: bool = False) -> bool:
    """Locks an open file until it is closed, if nobody has a lock that excludes this one."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keeps other processes out of the same block for the same file or directory, which is there. Waits."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
