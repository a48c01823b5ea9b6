"""A limiter whose counts stand in a file that all processes of a data directory map into memory.

A slot is guarded by a lock on its bytes, which the system gives free when its holder is killed. Counts of an earlier
time are stale by themselves, so the file needs no care: it may be deleted while nothing runs.
"""

import fcntl
import mmap
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import Struct
from typing import Self

from bowerbird.collector.dialects.base import Quota, Throttle
from bowerbird.collector.limits import Counts, count

_SLOT = Struct("@4q")
_GROWTH = 65_536


class MmapLimiter:
    """One a process: the system's locks do not tell two limiters of the same process apart."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._thread = threading.Lock()
        self._map = self._grow(_GROWTH)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Makes the file where there is none. Raises `OSError`."""
        return cls(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def take(self, slot: int, throttle: Throttle, now: int) -> Quota | None:
        if throttle.burst is None and throttle.steady is None:
            return None
        start = (slot + 1) * _SLOT.size
        with self._thread:
            if start + _SLOT.size > len(self._map):
                self._map = self._grow(start + _SLOT.size)
            with self._locked(start):
                counts, quota = count(Counts(*_SLOT.unpack_from(self._map, start)), throttle, now)
                _SLOT.pack_into(self._map, start, *counts)
        return quota

    def close(self) -> None:
        self._map.close()
        os.close(self._file)

    def _grow(self, size: int) -> mmap.mmap:
        """Maps at least `size` bytes. The first bytes belong to no slot: their lock guards the file's length."""
        with self._locked(0):
            wanted = -(-size // _GROWTH) * _GROWTH
            if os.fstat(self._file).st_size < wanted:
                os.ftruncate(self._file, wanted)
        return mmap.mmap(self._file, wanted)

    @contextmanager
    def _locked(self, start: int) -> Iterator[None]:
        fcntl.lockf(self._file, fcntl.LOCK_EX, _SLOT.size, start)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, _SLOT.size, start)
