"""The durable log of accepted events.

The log has partitions. A partition has one writer at a time and any number of readers, in any process. A partition
is a sequence of rows numbered 1, 2, 3, … (the offset); a row holds the events of one group commit and is atomic.
"""

from collections.abc import Sequence, Set
from typing import NamedTuple, Protocol

from bowerbird.event import Event, Marks, Positions

Tally = dict[tuple[str, str], int]
"""Accepted events by (workspace, dialect)."""


class LogRow(NamedTuple):
    """A row as read. `events` is a MessagePack array of `Event`s, `size` says of how many."""

    partition: int
    offset: int
    size: int
    events: bytes
    committed_at: int = 0


class LogWriter(Protocol):
    """The writing end of one partition."""

    async def append(self, events: Sequence[Event]) -> None:
        """Returns once the events are durable (fsync). Events of one call land in one row, in order; calls that
        wait together share a row and an fsync. Never blocks the event loop.

        Raises `LogUnavailableError` when they could not be made durable; then none of them was logged.
        """
        ...

    async def close(self) -> None:
        """Commits what waits, then gives the partition free. An append after this raises `LogUnavailableError`."""
        ...


class LogReader(Protocol):
    """The reading end of all partitions. Blocking: call it from a thread of its own. Not shared between threads."""

    def read(self, after: Positions, limit: int, upto: Positions | None = None) -> list[LogRow]:
        """Whole rows behind `after`, until they hold at least `limit` events, fill a fixed bound of memory (64 MB), or
        the log's end is reached. Raises `LogDamagedError` where rows are missing or a file cannot be read; without
        `upto` also where a partition ends before `after`.

        Rows of a partition come in order; between partitions, in the order of their commit times, also from one read
        to the next: reading again from the first row gives the same order, unless a clock was set back. `upto` bounds
        each partition (one not named in it gives no rows). The same arguments give the same rows when `upto` is
        given. Empty when there is nothing new.
        """
        ...

    def heads(self) -> Positions:
        """The last durable offset of each partition."""
        ...

    def marks(self, at: Positions) -> Marks:
        """Of these rows, but those that have expired or never were there."""
        ...

    def tally(self, after: Positions, upto: Positions) -> Tally:
        """How many events were accepted behind `after` up to `upto`, expired segments included. Does not slow
        down as history grows: segments carry sums. Raises `NotFoundError` for an `after` amid what has expired."""
        ...

    def expire(self, done: Positions, before: int) -> int:
        """Deletes closed segments that are wholly at or before `done` and were closed before `before` (µs); keeps
        their tallies. Returns how many segments went."""
        ...

    def erase(self, events: Sequence[tuple[int, int, str]], uncounted: Set[str] = frozenset()) -> None:
        """Overwrites (partition, offset, event id) events with tombstones: workspace, event id, dialect and times
        stay, and the digest of a dedupe key that is the sender's id of the occurrence, unless the event is
        `uncounted` (its key was never met). The rest goes; the kind becomes `erased`. Unknown ones are passed over.
        Durable on return."""
        ...
