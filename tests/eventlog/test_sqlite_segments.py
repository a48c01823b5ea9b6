import asyncio
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.clock import FixedClock
from bowerbird.event import Event
from bowerbird.eventlog.codec import decode
from bowerbird.eventlog.sqlite import SqliteLogReader, SqliteLogWriter
from bowerbird.eventlog.sqlite.connections import OPEN_FILES
from bowerbird.eventlog.sqlite.segment import connect_to_write
from bowerbird.eventlog.sqlite.tail import SEGMENT_AGE, TOTAL_EVERY

START = 1_700_000_000_000_000
KEYS = [("w", "scribe"), ("w", "klaviyo"), ("v", "octeth")]

rows = st.lists(st.sampled_from(KEYS), min_size=1, max_size=4)
lives = st.lists(st.lists(rows, max_size=8), min_size=1, max_size=4)


def segments(log_dir: Path, partition: int = 0) -> list[Path]:
    return sorted((log_dir / str(partition)).glob("*.sqlite"))


async def live(log_dir: Path, calls: list[list[tuple[str, str]]], segment_bytes: int, clock: FixedClock) -> None:
    """One life of a writer, which appends each call as a row, one a second."""
    writer = SqliteLogWriter.claim(log_dir, segment_bytes, clock)
    for keys in calls:
        clock.advance(1)
        await writer.append([Event(key[0], "id", key[1], "track", "n", START, START, "k") for key in keys])
    await writer.close()


@settings(max_examples=25, deadline=None)
@given(lives=lives, segment_bytes=st.sampled_from([1, 12_400, 10**6]), data=st.data())
def test_tallies_are_what_was_appended_wherever_segments_end(lives, segment_bytes, data):
    directory = Path(tempfile.mkdtemp())
    log_dir, clock = directory / "log", FixedClock(START)
    for calls in lives:
        asyncio.run(live(log_dir, calls, segment_bytes, clock))
    appended = [keys for calls in lives for keys in calls]
    head = len(appended)
    reader = SqliteLogReader(log_dir)

    def check(start: int, end: int) -> None:
        expected = Counter(key for keys in appended[start:end] for key in keys)
        assert reader.tally({0: start}, {0: end}) == expected

    assert reader.heads() == {0: head}
    start = data.draw(st.integers(0, head), "start")
    check(start, data.draw(st.integers(start, head), "end"))
    done = data.draw(st.integers(0, head), "done")
    gone = reader.expire({0: done}, data.draw(st.sampled_from([START, clock.time - 2_000_000, clock.time + 1])))
    found = reader.read({}, 10**6)
    first = found[0].offset if found else 1
    assert first <= done + 1
    assert gone == 0 or first > 1
    assert [row.offset for row in found] == list(range(first, head + 1))
    check(0, head)
    check(data.draw(st.integers(first - 1, head), "start"), head)
    reader.close()
    shutil.rmtree(directory)


def test_tallies_beyond_the_rows_that_carry_totals(append, reader, make_event):
    append(*([make_event(str(n), dialect="scribe" if n % 2 else "octeth")] for n in range(2 * TOTAL_EVERY + 300)))
    at = {0: TOTAL_EVERY + 1}
    assert reader.tally({}, at) == {("w", "octeth"): TOTAL_EVERY // 2 + 1, ("w", "scribe"): TOTAL_EVERY // 2}
    assert reader.tally(at, reader.heads()) == {("w", "octeth"): 649, ("w", "scribe"): 650}


def test_a_segment_is_closed_at_its_size(append, log_dir, make_event):
    append(*([make_event(str(n), properties={"pad": "x" * 1000})] for n in range(100)), segment_bytes=30_000)
    sizes = [path.stat().st_size for path in segments(log_dir)]
    assert len(sizes) > 4
    assert max(sizes) < 45_000


def test_an_old_segment_is_closed_however_small(with_writer, log_dir, make_event, clock, reader):
    async def act(writer):
        await writer.append([make_event("1")])
        clock.advance(SEGMENT_AGE / 1e6 - 1)
        await writer.append([make_event("2")])
        clock.advance(1)
        await writer.append([make_event("3")])

    with_writer(act)
    assert [path.stem.lstrip("0") for path in segments(log_dir)] == ["1", "3"]
    assert reader.expire({0: 3}, clock.now() + 1) == 1


def test_a_closed_segment_leaves_no_wal(with_writer, log_dir, make_event):
    async def act(writer):
        for n in range(3):
            await writer.append([make_event(str(n))])
        closed = segments(log_dir)[:-1]
        assert len(closed) == 2
        assert not any(path.with_name(path.name + "-wal").exists() for path in closed)

    with_writer(act, segment_bytes=1)


def test_the_writer_goes_on_where_the_last_one_stopped(append, read_ids, log_dir, make_event):
    append([make_event("1")], [make_event("2")])
    append([make_event("3")])
    assert read_ids() == ["1", "2", "3"]
    assert len(segments(log_dir)) == 1


def test_a_half_made_segment_is_made_anew(append, read_ids, log_dir, make_event):
    append([make_event("1")])
    (log_dir / "0" / f"{2:020d}.new").write_bytes(b"half")
    (log_dir / "0" / f"{2:020d}.new-journal").write_bytes(b"half")
    append([make_event("2")], segment_bytes=1)
    assert read_ids() == ["1", "2"]
    assert not list((log_dir / "0").glob("*.new*"))


def test_a_reader_sees_through_expiry_by_another(append, log_dir, reader, make_event):
    append(*([make_event(str(n))] for n in range(5)), segment_bytes=1)
    assert len(reader.read({}, 100)) == 5
    other = SqliteLogReader(log_dir)
    assert other.expire({0: 3}, START * 2) == 3
    other.close()
    assert [row.offset for row in reader.read({}, 100)] == [4, 5]
    assert {path.name[:20] for path in (log_dir / "0").iterdir() if path.name[0] == "0"} == {
        f"{first:020d}" for first in (4, 5)
    }


def test_a_reader_lets_go_of_what_expired(append, log_dir, reader, make_event):
    append(*([make_event(str(n))] for n in range(5)), segment_bytes=1)
    reader.read({}, 100)
    held = len(os.listdir("/dev/fd"))
    other = SqliteLogReader(log_dir)
    other.expire({0: 3}, START * 2)
    other.close()
    reader.heads()
    assert len(os.listdir("/dev/fd")) <= held - 3


def test_what_a_crash_left_of_an_expired_segment_goes_with_the_next(append, log_dir, reader, make_event):
    append(*([make_event(str(n))] for n in range(4)), segment_bytes=1)
    segments(log_dir)[0].unlink()
    left_over = log_dir / "0" / f"{1:020d}.sqlite-wal"
    left_over.write_bytes(b"")
    assert reader.tally({}, reader.heads()) == {("w", "scribe"): 4}
    assert reader.expire({0: 3}, START * 2) == 2
    assert not left_over.exists()


def test_reading_holds_no_snapshot(with_writer, log_dir, reader, make_event):
    async def act(writer):
        for n in range(50):
            await writer.append([make_event(str(n))])
            reader.read({}, 10)
            reader.heads()
            reader.tally({}, {0: n})

    with_writer(act)
    (path,) = segments(log_dir)
    assert path.with_name(path.name + "-wal").stat().st_size == 0


@pytest.mark.parametrize("upto", [None, {0: 50, 1: 50, 2: 50}])
def test_partitions_are_merged_by_commit_time(log_dir, reader, clock, make_event, upto):
    async def act():
        writers = [SqliteLogWriter.claim(log_dir, 4, clock) for _ in range(3)]
        for n in range(30):
            clock.advance(1)
            await writers[n * 7 % 5 % 3].append([make_event(str(n))])
        for writer in writers:
            await writer.close()

    asyncio.run(act())
    found = reader.read({}, 1000, upto=upto)
    assert {row.partition for row in found} == {0, 1, 2}
    assert [decode(row.events)[0].event_id for row in found] == [str(n) for n in range(30)]
    assert reader.read({}, 7, upto=upto) == found[:7]


def test_a_clock_that_goes_back_does_not_change_the_order_of_rows(with_writer, reader, clock, make_event):
    async def act(writer):
        for n in range(4):
            await writer.append([make_event(str(n))])
            clock.advance(-10)

    with_writer(act)
    assert [row.offset for row in reader.read({}, 10)] == [1, 2, 3, 4]


def test_only_so_many_files_stay_open(append, reader, read_ids, make_event):
    append(*([make_event(str(n))] for n in range(60)), segment_bytes=1)
    before = len(os.listdir("/dev/fd"))
    assert read_ids() == [str(n) for n in range(60)]
    files_of_a_segment = 3
    assert len(os.listdir("/dev/fd")) - before <= OPEN_FILES * files_of_a_segment
    assert reader.tally({0: 17}, {0: 42}) == {("w", "scribe"): 25}


def test_each_commit_is_synced(append, log_dir, make_event):
    append([make_event("1")])
    (path,) = segments(log_dir)
    connection = connect_to_write(path)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_log_that_is_not_there_yet_is_empty(reader):
    assert reader.read({}, 10) == []
    assert reader.heads() == {}
    assert reader.tally({}, {0: 5}) == {}
    assert reader.expire({0: 5}, START) == 0
