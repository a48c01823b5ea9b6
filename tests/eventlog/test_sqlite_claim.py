import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bowerbird.errors import BowerbirdError, DataDirectoryBusyError, LogUnavailableError
from bowerbird.eventlog.sqlite import SqliteLogWriter, partition

CLAIMER = """
import asyncio, sys
from pathlib import Path
from bowerbird.clock import SystemClock
from bowerbird.event import Event
from bowerbird.eventlog.sqlite import SqliteLogWriter

async def main():
    writer = SqliteLogWriter.claim(Path(sys.argv[1]), 1_000_000, SystemClock())
    await writer.append([Event("w", sys.argv[2], "scribe", "track", "n", 1, 2, "k")])
    print(writer.partition, flush=True)
    sys.stdin.readline()
    await writer.close()

asyncio.run(main())
"""


def claimer(log_dir: Path, name: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", CLAIMER, str(log_dir), name]
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def claimed(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_processes_that_start_together_get_a_partition_each(log_dir, read_ids, clock):
    processes = [claimer(log_dir, str(n)) for n in range(5)]
    try:
        assert sorted(claimed(process) for process in processes) == [0, 1, 2, 3, 4]
        processes[0].kill()
        processes[0].wait()
        again = claimer(log_dir, "again")
        processes.append(again)
        assert 0 <= claimed(again) < 5
    finally:
        for process in processes:
            process.communicate("\n")
    assert sorted(read_ids()) == ["0", "1", "2", "3", "4", "again"]


def test_a_closed_writers_partition_is_taken_again(log_dir, clock):
    async def act():
        first, second = (SqliteLogWriter.claim(log_dir, 10**6, clock) for _ in range(2))
        await first.close()
        third = SqliteLogWriter.claim(log_dir, 10**6, clock)
        assert [first.partition, second.partition, third.partition] == [0, 1, 0]
        await second.close()
        await third.close()

    asyncio.run(act())


def test_a_reader_finds_partitions_as_they_appear(log_dir, reader, clock, make_event):
    async def act():
        writers = []
        for n in range(3):
            writers.append(SqliteLogWriter.claim(log_dir, 10**6, clock))
            await writers[-1].append([make_event(str(n))])
            assert reader.heads() == dict.fromkeys(range(n + 1), 1)
            assert len(reader.read({}, 100)) == n + 1
        for writer in writers:
            await writer.close()

    asyncio.run(act())


def test_too_many_partitions_are_refused(log_dir, clock, monkeypatch):
    monkeypatch.setattr(partition, "MOST_PARTITIONS", 1)

    async def act():
        writer = SqliteLogWriter.claim(log_dir, 10**6, clock)
        with pytest.raises(DataDirectoryBusyError) as refused:
            SqliteLogWriter.claim(log_dir, 10**6, clock)
        assert refused.value.hint
        await writer.close()

    asyncio.run(act())


def test_a_directory_that_cannot_be_made_is_told_with_a_hint(tmp_path, clock):
    (tmp_path / "data").write_text("a file, not a directory")
    with pytest.raises(LogUnavailableError) as refused:
        SqliteLogWriter.claim(tmp_path / "data" / "log", 10**6, clock)
    assert "data" in refused.value.hint


@pytest.mark.parametrize("content", [b"", b"no database at all" * 500], ids=["empty", "garbage"])
def test_a_damaged_partition_does_not_keep_events_out(append, log_dir, reader, make_event, content):
    append([make_event("1")])
    (path,) = (log_dir / "0").glob("*.sqlite")
    path.write_bytes(content)
    append([make_event("2")])
    assert len(reader.read({}, 10, upto={1: 1})) == 1
    with pytest.raises(BowerbirdError) as told:
        reader.read({}, 10)
    assert str(path) in told.value.hint
