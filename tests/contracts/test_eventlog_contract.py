"""What every log promises: `eventlog.base`, on each adapter."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from bowerbird.clock import FixedClock
from bowerbird.errors import LogDamagedError, LogUnavailableError, NotFoundError
from bowerbird.event import Event
from bowerbird.eventlog.base import LogReader, LogRow, LogWriter
from bowerbird.eventlog.codec import decode
from bowerbird.eventlog.memory import MemoryLog
from bowerbird.eventlog.sqlite import SqliteLogReader, SqliteLogWriter
from bowerbird.eventlog.whole import check_same

START = 1_700_000_000_000_000
ROW_A_SEGMENT = 1


class Log(NamedTuple):
    writer: LogWriter
    reader: LogReader
    clock: FixedClock


@asynccontextmanager
async def memory_log(directory: Path) -> AsyncIterator[Log]:
    clock = FixedClock(START)
    log = MemoryLog(clock)
    yield Log(log, log, clock)
    await log.close()


@asynccontextmanager
async def sqlite_log(directory: Path) -> AsyncIterator[Log]:
    clock = FixedClock(START)
    writer = SqliteLogWriter.claim(directory / "log", ROW_A_SEGMENT, clock)
    reader = SqliteLogReader(directory / "log")
    yield Log(writer, reader, clock)
    await writer.close()
    reader.close()


@pytest.fixture(params=[memory_log, sqlite_log])
def run(request, tmp_path) -> Callable[[Callable], None]:
    """Runs a coroutine function with a log of the adapter's."""

    def run(act):
        async def main():
            async with request.param(tmp_path) as log:
                await act(log)

        asyncio.run(main())

    return run


def event(event_id: str, workspace: str = "w", dialect: str = "scribe", **fields) -> Event:
    return Event(workspace, event_id, dialect, "track", "Signed Up", START, START, "key", **fields)


def ids(rows: list[LogRow]) -> list[list[str]]:
    return [[found.event_id for found in decode(row.events)] for row in rows]


def all_ids(rows: list[LogRow]) -> list[str]:
    return [event_id for row in ids(rows) for event_id in row]


def test_reads_what_was_appended(run):
    sent = event("a", user_id="u", properties={"n": 2**63, "deep": {"list": [1, 1.5, None, "ü"]}}, traits={"t": True})

    async def act(log):
        await log.writer.append((sent,))
        (row,) = log.reader.read({}, 10)
        assert (row.offset, row.size) == (1, 1)
        assert decode(row.events) == [sent]

    run(act)


def test_one_call_is_one_row_in_order(run):
    async def act(log):
        await log.writer.append([event(str(n)) for n in range(1000)])
        assert ids(log.reader.read({}, 10)) == [[str(n) for n in range(1000)]]

    run(act)


def test_nothing_appended_is_nothing_logged(run):
    async def act(log):
        await log.writer.append(())
        assert log.reader.read({}, 10) == []
        assert log.reader.tally({}, log.reader.heads()) == {}

    run(act)


def test_offsets_ascend_without_gaps_from_one(run):
    async def act(log):
        for n in range(5):
            await log.writer.append([event(str(n))])
        assert [row.offset for row in log.reader.read({}, 100)] == [1, 2, 3, 4, 5]

    run(act)


def test_simultaneous_appends_are_all_there_once(run):
    async def act(log):
        await asyncio.gather(*(log.writer.append([event(str(n))]) for n in range(200)))
        assert sorted(all_ids(log.reader.read({}, 1000)), key=int) == [str(n) for n in range(200)]

    run(act)


def test_reads_behind_a_position_until_the_limit(run):
    async def act(log):
        for n in range(6):
            await log.writer.append([event(f"{n}a"), event(f"{n}b")])
        partition = log.reader.read({}, 1)[0].partition
        assert [row.offset for row in log.reader.read({partition: 2}, 3)] == [3, 4]
        assert [row.offset for row in log.reader.read({partition: 5}, 3)] == [6]
        assert log.reader.read({partition: 6}, 3) == []

    run(act)


def test_upto_bounds_the_read_and_repeats_it(run):
    async def act(log):
        for n in range(6):
            await log.writer.append([event(str(n))])
        heads = log.reader.heads()
        before = log.reader.read({}, 100, upto=heads)
        await log.writer.append([event("later")])
        assert log.reader.read({}, 100, upto=heads) == before
        (partition,) = heads
        assert [row.offset for row in log.reader.read({partition: 1}, 100, upto={partition: 3})] == [2, 3]
        assert log.reader.read({}, 100, upto={}) == []

    run(act)


def test_heads_are_the_last_offsets(run):
    async def act(log):
        for n in range(3):
            await log.writer.append([event(str(n))])
        assert list(log.reader.heads().values()) == [3]

    run(act)


def test_tallies_by_workspace_and_dialect(run):
    async def act(log):
        await log.writer.append([event("1"), event("2", workspace="v"), event("3", dialect="klaviyo")])
        await log.writer.append([event("4")])
        await log.writer.append([event("5", workspace="v")])
        (partition,) = heads = log.reader.heads()
        whole = {("w", "scribe"): 2, ("v", "scribe"): 2, ("w", "klaviyo"): 1}
        assert log.reader.tally({}, heads) == whole
        assert log.reader.tally({partition: 1}, {partition: 2}) == {("w", "scribe"): 1}
        assert log.reader.tally({partition: 2}, heads) == {("v", "scribe"): 1}
        assert log.reader.tally(heads, heads) == {}
        assert log.reader.tally({partition: 2}, {partition: 1}) == {}
        assert log.reader.tally({}, {}) == {}

    run(act)


async def append_each_second(log: Log, count: int) -> int:
    """Events 1 … count, one a second and a row; returns the partition."""
    for n in range(1, count + 1):
        log.clock.advance(1)
        await log.writer.append([event(str(n))])
    return log.reader.read({}, 1)[0].partition


def test_expires_only_what_is_done_old_and_closed(run):
    async def act(log):
        partition = await append_each_second(log, 5)
        assert log.reader.expire({}, START * 2) == 0
        assert log.reader.expire({partition: 5}, START) == 0
        assert log.reader.expire({partition: 2}, START * 2) == 2
        assert [row.offset for row in log.reader.read({}, 100)] == [3, 4, 5]
        assert log.reader.expire({partition: 5}, START + 4_500_000) == 1
        assert log.reader.expire({partition: 5}, START * 2) == 1
        assert [row.offset for row in log.reader.read({}, 100)] == [5]

    run(act)


def test_what_expired_still_counts_and_offsets_go_on(run):
    async def act(log):
        partition = await append_each_second(log, 4)
        log.reader.expire({partition: 4}, START * 2)
        await log.writer.append([event("5")])
        assert log.reader.heads() == {partition: 5}
        assert log.reader.tally({}, {partition: 5}) == {("w", "scribe"): 5}
        assert log.reader.tally({partition: 3}, {partition: 5}) == {("w", "scribe"): 2}
        with pytest.raises(NotFoundError):
            log.reader.tally({partition: 1}, {partition: 5})

    run(act)


def test_erases_content_and_leaves_a_tombstone(run):
    secret = event("b", email="ada@example.org", properties={"p": 1}, traits={"t": 1}, context={"ip": "::1"})

    async def act(log):
        await log.writer.append([event("a", user_id="u"), secret, event("c", stored=False)])
        partition = log.reader.read({}, 1)[0].partition
        log.reader.erase([(partition, 1, "b"), (partition, 1, "c")])
        (row,) = log.reader.read({}, 10)
        kept = Event("w", "b", "scribe", "erased", "$erased", START, START, "key")
        hidden = Event("w", "c", "scribe", "erased", "$erased", START, START, "key", stored=False)
        assert decode(row.events) == [event("a", user_id="u"), kept, hidden]
        assert row.size == 3
        assert log.reader.tally({}, log.reader.heads()) == {("w", "scribe"): 3}

    run(act)


def test_erasing_the_unknown_and_the_expired_is_passed_over(run):
    async def act(log):
        partition = await append_each_second(log, 3)
        log.reader.expire({partition: 3}, START * 2)
        before = log.reader.read({}, 10)
        log.reader.erase(
            [(partition, 1, "1"), (partition, 3, "x"), (partition, 9, "3"), (77, 1, "1"), (partition, 0, "")]
        )
        assert log.reader.read({}, 10) == before

    run(act)


def test_erasing_twice_is_erasing_once(run):
    async def act(log):
        partition = await append_each_second(log, 2)
        log.reader.erase([(partition, 1, "1")])
        once = log.reader.read({}, 10)
        log.reader.erase([(partition, 1, "1")])
        assert log.reader.read({}, 10) == once

    run(act)


def test_an_event_the_log_cannot_carry_hurts_nobody_else(run):
    async def act(log):
        good = asyncio.gather(*(log.writer.append([event(str(n))]) for n in range(3)))
        with pytest.raises(OverflowError):
            await log.writer.append([event("bad", properties={"n": 2**64})])
        await good
        assert sorted(all_ids(log.reader.read({}, 10))) == ["0", "1", "2"]

    run(act)


def test_close_commits_what_waits_and_ends_appending(run):
    async def act(log):
        waiting = [asyncio.ensure_future(log.writer.append([event(str(n))])) for n in range(20)]
        await asyncio.sleep(0)
        await log.writer.close()
        await asyncio.gather(*waiting)
        with pytest.raises(LogUnavailableError):
            await log.writer.append([event("late")])
        await log.writer.close()
        assert len(all_ids(log.reader.read({}, 100))) == 20

    run(act)


@pytest.mark.parametrize("taken", [{0: 3}, {0: 2, 7: 1}])
def test_a_log_that_ends_before_what_was_read_is_damaged(run, taken):
    async def act(log):
        await log.writer.append((event("a"),))
        await log.writer.append((event("b"),))
        assert log.reader.read({0: 2}, 10) == []
        with pytest.raises(LogDamagedError, match="less than was processed") as told:
            log.reader.read(taken, 10)
        assert told.value.hint

    run(act)


def test_a_row_is_told_from_another_in_its_place(run):
    async def act(log):
        partition = await append_each_second(log, 3)
        marks = log.reader.marks({partition: 2, 77: 1})
        assert marks == {partition: (2, log.reader.read({}, 2)[1].committed_at)}
        log.reader.erase([(partition, 2, "2")])
        assert log.reader.marks({partition: 2}) == marks
        check_same(log.reader, marks)
        with pytest.raises(LogDamagedError, match=f"other events than were processed: partition {partition}") as told:
            check_same(log.reader, {partition: (2, marks[partition][1] - 1)})
        assert told.value.hint
        assert log.reader.marks({partition: 9}) == log.reader.marks({}) == {}
        log.reader.expire({partition: 3}, START * 2)
        assert log.reader.marks({partition: 2}) == {}
        check_same(log.reader, {partition: (2, 1)})

    run(act)
