"""Rows of several partitions come in one order, however often and in whatever steps they are read."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.clock import SystemClock
from bowerbird.event import Event
from bowerbird.eventlog.codec import encode
from bowerbird.eventlog.sqlite import SqliteLogReader, commits
from bowerbird.eventlog.sqlite.tail import Tail

Append = Callable[[Tail], None]


class HaltingClock:
    """Takes the time, and then takes its time."""

    def __init__(self) -> None:
        self.halt, self.taken, self.go = False, threading.Event(), threading.Event()

    def now(self) -> int:
        time = SystemClock().now()
        if self.halt:
            self.taken.set()
            self.go.wait(10)
        return time


@pytest.fixture
def append(make_event: Callable[..., Event]) -> Append:
    events = encode([make_event("id")])
    return lambda tail: tail.append(events, 1, {("w", "scribe"): 1})


@pytest.fixture
def halted(log_dir: Path, append: Append) -> Iterator[HaltingClock]:
    """Partition 0 is amid a commit; partition 1 has made a later one."""
    clock = HaltingClock()
    for number in (0, 1):
        (log_dir / str(number)).mkdir(parents=True)
    tails = [Tail(log_dir / str(number), 1 << 30, clock) for number in (0, 1)]
    for tail in tails:
        append(tail)
    clock.halt = True
    slow = threading.Thread(target=append, args=(tails[0],))
    slow.start()
    clock.taken.wait(10)
    clock.halt = False
    append(tails[1])
    yield clock
    clock.go.set()
    slow.join()
    for tail in tails:
        tail.close()


def test_an_elder_amid_its_commit_is_waited_for(reader: SqliteLogReader, halted: HaltingClock) -> None:
    threading.Timer(0.1, halted.go.set).start()
    rows = reader.read({0: 1, 1: 1}, 100)
    assert [(row.partition, row.offset) for row in rows] == [(0, 2), (1, 2)]


def test_a_halted_writer_holds_nobody_up_for_long(
    reader: SqliteLogReader, halted: HaltingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "PATIENCE", 0.1)
    rows = reader.read({0: 1, 1: 1}, 100)
    assert [(row.partition, row.offset) for row in rows] == [(1, 2)]


def test_reading_along_and_reading_again_give_the_same_order(
    log_dir: Path, reader: SqliteLogReader, append: Append
) -> None:
    each = 150
    for number in range(3):
        (log_dir / str(number)).mkdir(parents=True)

    def write(number: int) -> None:
        tail = Tail(log_dir / str(number), 100_000, SystemClock())
        for _ in range(each):
            append(tail)
        tail.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    along: list[tuple[int, int]] = []
    after: dict[int, int] = {}
    while len(along) < 3 * each:
        for row in reader.read(after, 50):
            after[row.partition] = row.offset
            along.append((row.partition, row.offset))
    for writer in writers:
        writer.join()
    again = [(row.partition, row.offset) for row in reader.read({}, 1 << 30)]
    assert along == again
