"""Reading all partitions, from any process, beside their writers."""

from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator, Sequence, Set
from contextlib import ExitStack, closing
from heapq import merge
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from bowerbird.errors import LogDamagedError, NotFoundError
from bowerbird.event import Marks, Positions
from bowerbird.eventlog.base import LogRow, Tally
from bowerbird.eventlog.sqlite.commits import wait_for_commits
from bowerbird.eventlog.sqlite.connections import Connections
from bowerbird.eventlog.sqlite.erasure import erase_in_segment
from bowerbird.eventlog.sqlite.partition import SegmentFile, partitions, remove_segments, segment_files
from bowerbird.eventlog.sqlite.segment import (
    SegmentGoneError,
    add_tally,
    damaged,
    read_head,
    read_header,
    read_total,
    reading,
)
from bowerbird.eventlog.whole import check_whole

READ_BYTES = 64_000_000
"""A read ends with the row that reaches this, even when it has fewer events than asked for."""

ATTEMPTS = 5

_ROWS = 'SELECT "offset", committed_at, size, events FROM rows WHERE "offset" > ? AND "offset" <= ? ORDER BY "offset"'
_COMMITTED = 'SELECT committed_at FROM rows WHERE "offset" = ?'
_END = 2**63 - 1

_T = TypeVar("_T")


class SqliteLogReader:
    """A `LogReader`. Between calls it holds files open, but no snapshot of them."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._connections = Connections()

    def read(self, after: Positions, limit: int, upto: Positions | None = None) -> list[LogRow]:
        if upto is None:
            return self._steadily(lambda: self._read_on(after, limit))
        return self._steadily(lambda: self._read(after, limit, upto, {}))

    def heads(self) -> Positions:
        return self._steadily(self._heads)

    def marks(self, at: Positions) -> Marks:
        return self._steadily(lambda: self._marks(at))

    def tally(self, after: Positions, upto: Positions) -> Tally:
        return self._steadily(lambda: self._tally(after, upto))

    def expire(self, done: Positions, before: int) -> int:
        return self._steadily(lambda: self._expire(done, before))

    def _expire(self, done: Positions, before: int) -> int:
        gone = 0
        for number, files in self._partitions():
            kept = 0
            while kept + 1 < len(files) and self._may_go(files[kept + 1], done.get(number, 0), before):
                kept += 1
            if kept:
                gone += remove_segments(self._log_dir / str(number), files[kept].first)
                self._connections.keep(self._log_dir / str(number), {file.path for file in files[kept:]})
        return gone

    def erase(self, events: Sequence[tuple[int, int, str]], uncounted: Set[str] = frozenset()) -> None:
        wanted: dict[SegmentFile, dict[int, set[str]]] = {}
        partitions = dict(self._partitions())
        for number, offset, event_id in events:
            files = partitions.get(number, [])
            if files and offset >= files[0].first:
                rows = wanted.setdefault(files[_place(files, offset)], {})
                rows.setdefault(offset, set()).add(event_id)
        for file, rows in wanted.items():
            erase_in_segment(file.path, rows, uncounted)

    def close(self) -> None:
        self._connections.close()

    def _steadily(self, act: Callable[[], _T]) -> _T:
        """Segments may expire while we look: then we look again."""
        for _ in range(ATTEMPTS):
            try:
                return act()
            except SegmentGoneError:
                continue
        raise LogDamagedError(
            f"segments of {self._log_dir} vanish while they are read", "See what else deletes files there."
        )

    def _partitions(self) -> Iterator[tuple[int, list[SegmentFile]]]:
        for number in partitions(self._log_dir):
            directory = self._log_dir / str(number)
            files = segment_files(directory)
            self._connections.keep(directory, {file.path for file in files})
            yield number, files

    def _heads(self) -> Positions:
        return {number: self._head(files[-1]) for number, files in self._partitions() if files}

    def _read_on(self, after: Positions, limit: int) -> list[LogRow]:
        """Rows that are there now, in an order that nothing to come will change: before them come all that were
        committed earlier, so that reading the log again from any position gives the same order."""
        heads = self._heads()
        check_whole(heads, after)
        new = {number: head for number, head in heads.items() if head != after.get(number, 0)}
        if not new:
            return []
        if len(heads) > 1:
            wait_for_commits(self._log_dir, lambda number: heads.get(number, 0) != self._heads().get(number, 0))
        return self._read(after, limit, None, new)

    def _read(self, after: Positions, limit: int, upto: Positions | None, ends: Positions) -> list[LogRow]:
        """Stops where the last of `ends` is reached, if there are any."""
        found: list[LogRow] = []
        events = size = 0
        with ExitStack() as stack:
            streams = [
                stack.enter_context(closing(self._rows(number, files, after.get(number, 0), last)))
                for number, files in self._partitions()
                if (last := _END if upto is None else upto.get(number, 0)) and files
            ]
            for row in merge(*streams, key=attrgetter("committed_at")):
                found.append(row)
                events += row.size
                size += len(row.events)
                if ends.get(row.partition) == row.offset:
                    ends = {number: end for number, end in ends.items() if number != row.partition}
                    if not ends:
                        break
                if events >= limit or size >= READ_BYTES:
                    break
        return found

    def _rows(self, number: int, files: list[SegmentFile], after: int, upto: int) -> Generator[LogRow, None, None]:
        """The partition's rows. Raises `LogDamagedError` where one is missing."""
        last = max(after, files[0].first - 1)
        for place in range(_place(files, last + 1), len(files)):
            if last >= upto:
                return
            for row in self._rows_of(number, files[place], last, upto):
                yield row
                last = row.offset
            self._check_end(files[place : place + 2], last, upto)

    def _rows_of(self, number: int, file: SegmentFile, after: int, upto: int) -> Generator[LogRow, None, None]:
        with reading(file.path), closing(self._connections.to(file.path).execute(_ROWS, (after, upto))) as cursor:
            for expected, (offset, committed_at, size, events) in enumerate(cursor, after + 1):
                if offset != expected:
                    raise damaged(file.path, f"row {expected} is missing")
                yield LogRow(number, offset, size, events, committed_at)

    def _check_end(self, files: list[SegmentFile], last: int, upto: int) -> None:
        """Rows stop at `last` in the first of these segments: rightly, if there its successor or the log's end is."""
        with reading(files[0].path):
            if len(files) == 2 and last < min(files[1].first - 1, upto):
                raise damaged(files[0].path, f"rows {last + 1} to {files[1].first - 1} are missing")
            if len(files) == 1 and last > (head := self._head(files[0])):
                raise damaged(files[0].path, f"it ends with row {head}, but row {last} was read before")

    def _head(self, file: SegmentFile) -> int:
        with reading(file.path):
            return read_head(self._connections.to(file.path))

    def _marks(self, at: Positions) -> Marks:
        found: Marks = {}
        for number, files in self._partitions():
            offset = at.get(number, 0)
            if files and offset >= files[0].first:
                file = files[_place(files, offset)]
                with reading(file.path):
                    rows = self._connections.to(file.path).execute(_COMMITTED, (offset,)).fetchall()
                found.update((number, (offset, committed_at)) for (committed_at,) in rows)
        return found

    def _tally(self, after: Positions, upto: Positions) -> Tally:
        tally: Tally = {}
        for number, files in self._partitions():
            start, end = after.get(number, 0), upto.get(number, 0)
            if files and start < end:
                add_tally(tally, self._total(files, end))
                add_tally(tally, {key: -count for key, count in self._total(files, start).items()})
        return {key: count for key, count in tally.items() if count}

    def _total(self, files: list[SegmentFile], upto: int) -> Tally:
        """The partition's tally up to this offset."""
        if upto == 0:
            return {}
        if upto + 1 < files[0].first:
            raise NotFoundError(f"the rows around {upto} of {files[0].path.parent} have expired")
        file = files[_place(files, upto + 1)]
        with reading(file.path):
            return read_total(self._connections.to(file.path), upto)

    def _may_go(self, successor: SegmentFile, done: int, before: int) -> bool:
        """Whether the segment in front of this one may be deleted. It was closed when this one was made."""
        with reading(successor.path):
            return successor.first - 1 <= done and (
                read_header(self._connections.to(successor.path)).created_at < before
            )


def _place(files: list[SegmentFile], offset: int) -> int:
    return max(0, bisect_right(files, offset, key=lambda file: file.first) - 1)
