"""The end of a partition, where rows are added."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from bowerbird.clock import SECOND, Clock
from bowerbird.eventlog.base import Tally
from bowerbird.eventlog.sqlite.partition import gate, segment_files
from bowerbird.eventlog.sqlite.segment import (
    Header,
    add_tally,
    checkpoint,
    connect_to_write,
    create_segment,
    encode_tally,
    read_head,
    read_header,
    read_total,
    reading,
)

SEGMENT_AGE = 24 * 3600 * SECOND
"""A segment older than this is closed by the next append, however small, so that it can expire."""

TOTAL_EVERY = 1000
"""Each so many rows one carries the partition's tally up to it; a reader adds up at most so many rows."""

_INSERT = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)"


class Tail:
    """Adds rows to the last segment, and starts a new one when that is full or old. Blocking; one thread's."""

    def __init__(self, partition: Path, segment_bytes: int, clock: Clock) -> None:
        self._partition = partition
        self._segment_bytes = segment_bytes
        self._clock = clock
        self._gate = gate(partition)
        self._segment: _OpenSegment | None = None

    def open(self) -> "_OpenSegment":
        """Finds the last row. Raises `LogDamagedError`, or another `BowerbirdError`, `sqlite3.Error` or `OSError` when
        the segment cannot be opened now."""
        files = segment_files(self._partition)
        with self._gate:
            path = files[-1].path if files else self._create(1, {})
            with reading(path):
                self._segment = _OpenSegment(path)
                return self._segment

    def append(self, events: bytes, size: int, tally: Tally) -> None:
        """One row, on disk on return. Raises as `open` does; then there is no row, and the next call starts anew."""
        try:
            segment = self._segment or self.open()
            with self._gate:
                now = self._clock.now()
                if segment.is_full(self._segment_bytes, now):
                    segment = self._rotate(segment)
                segment.insert(events, size, tally, now)
        except BaseException:
            self._let_go()
            raise

    def close(self) -> None:
        self._let_go()
        self._gate.close()

    def _rotate(self, full: "_OpenSegment") -> "_OpenSegment":
        self._segment = _OpenSegment(self._create(full.head + 1, full.total))
        full.close()
        return self._segment

    def _create(self, first: int, tally_before: Tally) -> Path:
        return create_segment(self._partition, first, Header(self._clock.now(), tally_before))

    def _let_go(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            with self._gate:
                segment.close()


class _OpenSegment:
    def __init__(self, path: Path) -> None:
        self._connection = connect_to_write(path)
        try:
            self._load(path)
        except BaseException:
            self._connection.close()
            raise

    def _load(self, path: Path) -> None:
        connection = self._connection
        self.first = int(path.stem)
        self.head = read_head(connection)
        self.created_at = read_header(connection).created_at
        self.total = read_total(connection, self.head)
        ((pages,), (page_size,)) = (
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
        )
        self.bytes = pages * page_size

    def is_full(self, most_bytes: int, now: int) -> bool:
        return self.head >= self.first and (self.bytes >= most_bytes or now - self.created_at >= SEGMENT_AGE)

    def insert(self, events: bytes, size: int, tally: Tally, now: int) -> None:
        offset = self.head + 1
        add_tally(self.total, tally)  # after a failure below the segment is opened anew, so this does no harm
        carried = encode_tally(self.total) if offset % TOTAL_EVERY == 0 else None
        self._connection.execute(_INSERT, (offset, now, size, encode_tally(tally), carried, events))
        self.head = offset
        self.bytes += len(events)

    def close(self) -> None:
        with suppress(sqlite3.Error):
            checkpoint(self._connection)
        with suppress(sqlite3.Error):
            self._connection.close()
