"""A process that appends is killed; whatever it was told is durable must be there, once."""

import signal
import subprocess
import sys
from collections import Counter

import pytest

APPENDER = """
import asyncio, os, sys
from pathlib import Path
from bowerbird.clock import SystemClock
from bowerbird.event import Event
from bowerbird.eventlog.sqlite import SqliteLogWriter

async def append(writer, name):
    for n in range(1_000_000):
        event_id = f"{name}-{n}"
        await writer.append([Event("w", event_id, "scribe", "track", "n", 1, 2, "k", properties={"pad": "x" * 200})])
        os.write(1, event_id.encode() + b"\\n")

async def main():
    writer = SqliteLogWriter.claim(Path(sys.argv[1]), int(sys.argv[3]), SystemClock())
    await asyncio.gather(*(append(writer, f"{sys.argv[2]}.{n}") for n in range(8)))

asyncio.run(main())
"""


def append_and_kill(log_dir, name: str, acknowledged: int, segment_bytes: int) -> list[str]:
    """Kills the appender after so many acknowledgements; returns the ids it acknowledged until it died."""
    arguments = [sys.executable, "-c", APPENDER, str(log_dir), name, str(segment_bytes)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(acknowledged)]
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return [line.strip() for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("segment_bytes", [20_000, 100_000_000], ids=["rotating", "one segment"])
def test_acknowledged_events_survive_kill(log_dir, reader, read_ids, segment_bytes):
    acknowledged: list[str] = []
    for life in range(4):
        acknowledged += append_and_kill(log_dir, str(life), 20 + 97 * life, segment_bytes)
        found = Counter(read_ids())
        assert found.keys() >= set(acknowledged)
        assert set(found.values()) == {1}
        assert reader.tally({}, reader.heads()) == {("w", "scribe"): found.total()}
    assert list(reader.heads()) == [0]
