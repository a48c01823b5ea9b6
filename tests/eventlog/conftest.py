import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from bowerbird.clock import FixedClock
from bowerbird.event import Event
from bowerbird.eventlog.codec import decode
from bowerbird.eventlog.sqlite import SqliteLogReader, SqliteLogWriter

START = 1_700_000_000_000_000


@pytest.fixture
def make_event() -> Callable[..., Event]:
    def make(event_id: str, workspace: str = "w", dialect: str = "scribe", **fields) -> Event:
        return Event(workspace, event_id, dialect, "track", "Signed Up", START, START, "key", **fields)

    return make


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def log_dir(tmp_path: Path) -> Path:
    return tmp_path / "data" / "log"


@pytest.fixture
def reader(log_dir: Path):
    reader = SqliteLogReader(log_dir)
    yield reader
    reader.close()


@pytest.fixture
def read_ids(reader: SqliteLogReader) -> Callable[[], list[str]]:
    """All event ids in the log, read in small steps."""

    def read() -> list[str]:
        after: dict[int, int] = {}
        found: list[str] = []
        while rows := reader.read(after, 100):
            after |= {row.partition: row.offset for row in rows}
            found += [event.event_id for row in rows for event in decode(row.events)]
        return found

    return read


@pytest.fixture
def with_writer(log_dir: Path, clock: FixedClock):
    """Runs a coroutine function with a writer, which is closed behind it."""

    def run(act: Callable[[SqliteLogWriter], Awaitable[None]], segment_bytes: int = 1_000_000) -> None:
        async def main() -> None:
            writer = SqliteLogWriter.claim(log_dir, segment_bytes, clock)
            try:
                await act(writer)
            finally:
                await writer.close()

        asyncio.run(main())

    return run


@pytest.fixture
def append(with_writer):
    """Appends each of the calls' events as a row, in one writer's life."""

    def run(*calls: Sequence[Event], segment_bytes: int = 1_000_000) -> None:
        async def act(writer: SqliteLogWriter) -> None:
            for events in calls:
                await writer.append(events)

        with_writer(act, segment_bytes)

    return run
