"""Group commit: appends that wait together become one row, and share an fsync."""

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Self

from bowerbird.clock import Clock
from bowerbird.errors import BowerbirdError, LogDamagedError, LogUnavailableError
from bowerbird.event import Event
from bowerbird.eventlog.base import Tally
from bowerbird.eventlog.codec import encode, join
from bowerbird.eventlog.sqlite.partition import claim
from bowerbird.eventlog.sqlite.tail import Tail
from bowerbird.files import Lock

WAITING_BYTES = 64_000_000
"""When more than this waits to be written, further appends are refused."""

ROW_BYTES = 4_000_000
"""A row takes in no further append beyond this. What one call appends is one row, however large."""

ROW_EVENTS = 1 << 16
"""Nor beyond this. A person id can tell twice as many apart."""

_Append = tuple[Sequence[Event], bytes, "asyncio.Future[None]"]


class SqliteLogWriter:
    """A `LogWriter` for one partition, used from one event loop at a time. It writes in a thread of its own."""

    def __init__(self, partition: int, lock: Lock, tail: Tail) -> None:
        self.partition = partition
        self._lock = lock
        self._tail = tail
        self._queue: SimpleQueue[list[_Append] | None] = SimpleQueue()
        self._fresh: list[_Append] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bytes_in = 0  # counted by the loop
        self._bytes_out = 0  # counted by the thread
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"log-{partition}", daemon=True)
        self._thread.start()

    @classmethod
    def claim(cls, log_dir: Path, segment_bytes: int, clock: Clock) -> Self:
        """The writer of the lowest partition that has none. A partition that is damaged is left alone, for the reader
        to complain of: what comes in is taken in all the same.

        Raises `DataDirectoryBusyError`, or `LogUnavailableError` when the directory cannot be written.
        """
        passed_over: frozenset[int] = frozenset()
        while True:
            try:
                number, lock = claim(log_dir, passed_over)
            except OSError as error:
                raise _unavailable(error, f"Check that {log_dir} can be written.") from error
            tail = Tail(log_dir / str(number), segment_bytes, clock)
            try:
                tail.open()
            except (BowerbirdError, sqlite3.Error, OSError) as error:
                tail.close()
                lock.close()
                if not isinstance(error, LogDamagedError):
                    raise _unavailable(error, f"Check the disk of {log_dir} and its permissions.") from error
                passed_over |= {number}
                continue
            return cls(number, lock, tail)

    async def append(self, events: Sequence[Event]) -> None:
        if self._closed:
            raise LogUnavailableError("the log is closed")
        if self._bytes_in - self._bytes_out > WAITING_BYTES:
            raise LogUnavailableError("too many events wait for the disk", "The disk is slower than what comes in.")
        if not events:
            return
        encoded = encode(events)
        loop = self._loop
        if loop is None or loop.is_closed():
            loop = self._loop = asyncio.get_running_loop()  # costs a system call
        done = loop.create_future()
        self._bytes_in += len(encoded)
        if not self._fresh:
            loop.call_soon(self._hand_over)
        self._fresh.append((events, encoded, done))
        await done

    def _hand_over(self) -> None:
        """Wakes the thread once for all that this turn of the loop has brought."""
        fresh, self._fresh = self._fresh, []
        self._queue.put(fresh)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._hand_over()
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        closing = False
        while not closing:
            waiting, closing = self._gather()
            while waiting:
                group, waiting = _row_of(waiting)
                self._commit(group)
        self._tail.close()
        self._lock.close()

    def _gather(self) -> tuple[list[_Append], bool]:
        """All that waits, at least something, and whether there is nothing to come."""
        waiting: list[_Append] = []
        fresh = self._queue.get()
        with suppress(Empty):
            while fresh is not None:
                waiting += fresh
                fresh = self._queue.get_nowait()
            return waiting, True
        return waiting, False

    def _commit(self, group: list[_Append]) -> None:
        failure: str | None = None
        sizes = [len(events) for events, _, _ in group]
        try:
            self._tail.append(join([encoded for _, encoded, _ in group], sizes), sum(sizes), _tally(group))
        except Exception as error:
            failure = str(error) or type(error).__name__
        self._bytes_out += sum(len(encoded) for _, encoded, _ in group)
        futures = [done for _, _, done in group]
        with suppress(RuntimeError):  # the loop is gone, and so is whoever waited
            futures[0].get_loop().call_soon_threadsafe(_tell, futures, failure)


def _tell(futures: list["asyncio.Future[None]"], failure: str | None) -> None:
    for done in futures:
        if done.done():
            continue
        if failure is None:
            done.set_result(None)
        else:
            done.set_exception(_unavailable(failure, "Check that the disk is not full, and that it works."))


def _row_of(waiting: list[_Append]) -> tuple[list[_Append], list[_Append]]:
    """What fits into a row, at least the first, and the rest."""
    size = count = 0
    for at, (events, encoded, _) in enumerate(waiting):
        size += len(encoded)
        count += len(events)
        if at and (size > ROW_BYTES or count > ROW_EVENTS):
            return waiting[:at], waiting[at:]
    return waiting, []


def _tally(group: list[_Append]) -> Tally:
    tally: Tally = {}
    for events, _, _ in group:
        for event in events:
            key = (event.workspace, event.dialect)
            tally[key] = tally.get(key, 0) + 1
    return tally


def _unavailable(error: object, hint: str) -> LogUnavailableError:
    return LogUnavailableError(f"the log cannot be written: {error}", hint)
