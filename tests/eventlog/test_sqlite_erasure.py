import asyncio
import random
import subprocess
import threading

import pytest

from bowerbird.eventlog.codec import ERASED, decode
from bowerbird.eventlog.sqlite import SqliteLogReader


def bytes_on_disk(log_dir) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(log_dir.rglob("*")) if path.is_file())


def found_on_disk(log_dir, events) -> list[bool]:
    """Whether each event's e-mail is found; it is written three times, as a page may end within one."""
    disk = bytes_on_disk(log_dir)
    return [f"{event.event_id}@example.org".encode() in disk for _, event in events]


@pytest.mark.parametrize("segment_bytes", [60_000, 10**8], ids=["closed segments", "one open segment"])
def test_no_byte_stays_on_disk(append, log_dir, reader, make_event, segment_bytes):
    dice = random.Random(7)
    rows = []
    for row in range(60):
        pad = {"pad": "x" * dice.choice([0, 100, 1500, 6000])}
        ids = [f"-{row}-{n}-" for n in range(dice.choice([1, 1, 3, 30]))]
        rows.append([make_event(name, email=f"{name}@example.org," * 3, properties=pad) for name in ids])
    append(*rows, segment_bytes=segment_bytes)
    events = [(offset, event) for offset, row in enumerate(rows, 1) for event in row]
    assert all(found_on_disk(log_dir, events))
    gone = [dice.random() < 0.5 for _ in events]
    reader.erase([(0, offset, event.event_id) for (offset, event), erased in zip(events, gone, strict=True) if erased])
    assert found_on_disk(log_dir, events) == [not erased for erased in gone]
    found = [event for row in reader.read({}, 10**6) for event in decode(row.events)]
    assert [event.name == ERASED for event in found] == gone


def test_no_byte_stays_in_the_wal_of_a_segment_in_use(with_writer, log_dir, reader, make_event):
    def found() -> bool:
        """Asked of another process: to open and close a file here would take SQLite's locks from it."""
        return subprocess.run(["grep", "-rq", "ada@example.org", str(log_dir)], check=False).returncode == 0

    async def act(writer):
        await writer.append([make_event("a", email="ada@example.org")])
        await writer.append([make_event("b")])
        assert found()
        reader.erase([(0, 1, "a")])
        assert not found()
        await writer.append([make_event("c")])
        assert not found()

    with_writer(act)


def test_erases_beside_the_writer(with_writer, log_dir, reader, read_ids, make_event):
    """No append fails or is lost while another thread erases in the same segment, and nothing erased comes back."""

    def erase_all(stop: threading.Event) -> None:
        eraser = SqliteLogReader(log_dir)
        after: dict[int, int] = {}
        stopped, rows = False, eraser.read(after, 20)
        while rows or not stopped:
            after |= {row.partition: row.offset for row in rows}
            eraser.erase([(row.partition, row.offset, event.event_id) for row in rows for event in decode(row.events)])
            stopped, rows = stop.is_set(), eraser.read(after, 20)
        eraser.close()

    async def act(writer):
        stop = threading.Event()
        erasing = asyncio.create_task(asyncio.to_thread(erase_all, stop))

        async def append(name):
            for n in range(60):
                await writer.append([make_event(f"{name}-{n}", email="ada@example.org")])

        await asyncio.gather(*(append(name) for name in range(4)))
        stop.set()
        await erasing

    with_writer(act)
    assert len(read_ids()) == 240
    assert b"ada@example.org" not in bytes_on_disk(log_dir)
    assert reader.tally({}, reader.heads()) == {("w", "scribe"): 240}
