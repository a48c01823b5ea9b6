import asyncio
import os
import subprocess
import sys

import pytest

from bowerbird.errors import LogUnavailableError
from bowerbird.eventlog.codec import decode
from bowerbird.eventlog.sqlite import SqliteLogWriter, writer
from bowerbird.eventlog.sqlite.partition import gate

FULL_DISK = """
import asyncio, resource, signal, sys
from pathlib import Path
from bowerbird.clock import SystemClock
from bowerbird.errors import LogUnavailableError
from bowerbird.event import Event
from bowerbird.eventlog.sqlite import SqliteLogWriter

def event(n):
    return Event("w", str(n), "scribe", "track", "n", 1, 2, "k", properties={"pad": "x" * 2000})

async def attempt(writer, n):
    try:
        await writer.append([event(n)])
    except LogUnavailableError as error:
        assert error.hint
        print("refused", n, flush=True)
    else:
        print("accepted", n, flush=True)

async def main():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    writer = SqliteLogWriter.claim(Path(sys.argv[1]), 10**8, SystemClock())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, limits[1]))
    for n in range(0, 300, 6):
        await asyncio.gather(*(attempt(writer, n + i) for i in range(6)))
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    for n in range(300, 310):
        await attempt(writer, n)
    await writer.close()

asyncio.run(main())
"""


def test_no_room_on_disk_refuses_all_that_wait_and_passes(log_dir, read_ids):
    """The operating system refuses to let files grow (RLIMIT_FSIZE), then allows it again."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(log_dir)], capture_output=True, text=True, timeout=60, check=True
    )
    said = [line.split() for line in done.stdout.splitlines()]
    accepted = [n for word, n in said if word == "accepted"]
    refused = [n for word, n in said if word == "refused"]
    assert len(accepted) + len(refused) == 310
    assert len(refused) > 10
    assert {str(n) for n in range(300, 310)} <= set(accepted)
    assert sorted(read_ids()) == sorted(accepted)


def test_a_directory_that_vanished_refuses_until_it_is_back(with_writer, log_dir, read_ids, make_event):
    async def act(log):
        await log.append([make_event("1")])
        os.rename(log_dir, log_dir.with_name("elsewhere"))
        for _ in range(2):
            with pytest.raises(LogUnavailableError):
                await log.append([make_event("2")])
        os.rename(log_dir.with_name("elsewhere"), log_dir)
        await log.append([make_event("3")])

    with_writer(act, segment_bytes=1)
    assert read_ids() == ["1", "3"]


def test_appends_that_wait_together_share_rows(with_writer, reader, make_event):
    async def act(log):
        await asyncio.gather(*(log.append([make_event(str(n))]) for n in range(500)))

    with_writer(act)
    rows = reader.read({}, 10_000)
    assert sum(row.size for row in rows) == 500
    assert len(rows) < 100


def test_a_row_takes_no_append_beyond_its_bound(with_writer, reader, make_event, monkeypatch):
    monkeypatch.setattr(writer, "ROW_BYTES", 5_000)

    async def act(log):
        small = (log.append([make_event(str(n), properties={"pad": "x" * 1000})]) for n in range(20))
        large = log.append([make_event(f"L{n}", properties={"pad": "x" * 1000}) for n in range(30)])
        await asyncio.gather(*small, large)

    with_writer(act)
    rows = reader.read({}, 1000)
    assert sum(row.size for row in rows) == 50
    assert sorted(row.size for row in rows)[-2:] == [max(row.size for row in rows if row.size < 30), 30]
    assert all(len(row.events) <= 5_000 for row in rows if row.size != 30)


def test_a_disk_that_does_not_keep_up_refuses_further_appends(with_writer, log_dir, make_event, read_ids, monkeypatch):
    monkeypatch.setattr(writer, "WAITING_BYTES", 20_000)

    async def act(log):
        with gate(log_dir / "0"):  # as when an erasure holds the segment
            waiting = [
                asyncio.ensure_future(log.append([make_event(str(n), properties={"pad": "x" * 1000})]))
                for n in range(40)
            ]
            await asyncio.sleep(0.01)
            refused = [done for done in waiting if done.done()]
            assert 15 < len(refused) < 25
            assert all(isinstance(done.exception(), LogUnavailableError) for done in refused)
        await asyncio.gather(*waiting, return_exceptions=True)
        await log.append([make_event("after")])

    with_writer(act)
    assert len(read_ids()) >= 16
    assert read_ids()[-1] == "after"


def test_a_sender_that_goes_away_disturbs_nobody(with_writer, read_ids, make_event):
    async def act(log):
        waiting = [asyncio.ensure_future(log.append([make_event(str(n))])) for n in range(10)]
        await asyncio.sleep(0)
        for done in waiting[::2]:
            done.cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(result, asyncio.CancelledError) for result in results] == [True, False] * 5
        await log.append([make_event("after")])

    with_writer(act)
    assert set(read_ids()) >= {"1", "3", "5", "7", "9", "after"}


def test_one_event_loop_after_another(log_dir, clock, read_ids, make_event):
    log = SqliteLogWriter.claim(log_dir, 10**6, clock)
    for n in range(3):
        asyncio.run(log.append([make_event(str(n))]))
    asyncio.run(log.close())
    assert read_ids() == ["0", "1", "2"]


def test_the_loop_goes_on_while_the_disk_works(with_writer, log_dir, make_event):
    async def act(log):
        with gate(log_dir / "0"):
            waiting = asyncio.ensure_future(log.append([make_event("1")]))
            for _ in range(100):
                await asyncio.sleep(0)
            assert not waiting.done()
        await waiting

    with_writer(act)


def test_thousands_of_events_in_one_call_are_one_row(with_writer, reader, make_event):
    async def act(log):
        await log.append([make_event(str(n), properties={"pad": "x" * 500}) for n in range(10_000)])

    with_writer(act)
    (row,) = reader.read({}, 1)
    assert row.size == len(decode(row.events)) == 10_000
