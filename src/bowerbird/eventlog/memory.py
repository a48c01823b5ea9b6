"""The log in memory: one partition, for tests and for trying things out. Nothing survives the process."""

from collections.abc import Sequence, Set
from typing import NamedTuple

from bowerbird.clock import Clock
from bowerbird.errors import LogUnavailableError, NotFoundError
from bowerbird.event import Event, Marks, Positions
from bowerbird.eventlog.base import LogRow, Tally
from bowerbird.eventlog.codec import encode, erase
from bowerbird.eventlog.whole import check_whole

PARTITION = 0


class _Row(NamedTuple):
    row: LogRow
    tally: Tally


class MemoryLog:
    """A `LogWriter` and `LogReader`. Each call's events are a row, each row is a segment: closed by the next."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: list[_Row] = []
        self._expired = 0
        self._closed = False

    async def append(self, events: Sequence[Event]) -> None:
        if self._closed:
            raise LogUnavailableError("the log is closed")
        if not events:
            return
        tally: Tally = {}
        for event in events:
            key = (event.workspace, event.dialect)
            tally[key] = tally.get(key, 0) + 1
        row = LogRow(PARTITION, len(self._rows) + 1, len(events), encode(events), self._clock.now())
        self._rows.append(_Row(row, tally))

    async def close(self) -> None:
        self._closed = True

    def read(self, after: Positions, limit: int, upto: Positions | None = None) -> list[LogRow]:
        if upto is None:
            check_whole(self.heads(), after)
        start = max(after.get(PARTITION, 0), self._expired)
        end = len(self._rows) if upto is None else upto.get(PARTITION, 0)
        found: list[LogRow] = []
        events = 0
        for row, _ in self._rows[start:end]:
            found.append(row)
            events += row.size
            if events >= limit:
                break
        return found

    def heads(self) -> Positions:
        return {PARTITION: len(self._rows)}

    def marks(self, at: Positions) -> Marks:
        offset = at.get(PARTITION, 0)
        there = self._expired < offset <= len(self._rows)
        return {PARTITION: (offset, self._rows[offset - 1].row.committed_at)} if there else {}

    def tally(self, after: Positions, upto: Positions) -> Tally:
        start = after.get(PARTITION, 0)
        if 0 < start < self._expired:
            raise NotFoundError(f"row {start} has expired")
        total: Tally = {}
        for _, tally in self._rows[start : upto.get(PARTITION, 0)]:
            for key, count in tally.items():
                total[key] = total.get(key, 0) + count
        return total

    def expire(self, done: Positions, before: int) -> int:
        was = self._expired
        while self._expired + 1 < len(self._rows) and self._may_go(self._expired, done.get(PARTITION, 0), before):
            self._expired += 1
        return self._expired - was

    def erase(self, events: Sequence[tuple[int, int, str]], uncounted: Set[str] = frozenset()) -> None:
        for partition, offset, event_id in events:
            if partition == PARTITION and self._expired < offset <= len(self._rows):
                old = self._rows[offset - 1]
                row = old.row._replace(events=erase(old.row.events, {event_id}, uncounted))
                self._rows[offset - 1] = old._replace(row=row)

    def _may_go(self, index: int, done: int, before: int) -> bool:
        return index + 1 <= done and self._rows[index + 1].row.committed_at < before
