"""An import that is broken off."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from bowerbird.clock import SystemClock
from bowerbird.collector.dialects.scribe import Scribe
from bowerbird.collector.importing import Importer, ImportParts, Line
from bowerbird.event import Event
from bowerbird.eventlog.memory import MemoryLog
from bowerbird.registry.base import Principal
from bowerbird.registry.memory import MemoryRegistry

LINES = [Line(at, json.dumps({"event": {"name": f"n{at}", "user_id": "u"}}).encode()) for at in range(1500)]


class SlowLog(MemoryLog):
    """Takes events at once, and says so once it may: as a disk that is still writing."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.taken = asyncio.Event()
        self.may_say = asyncio.Event()

    async def append(self, events: Sequence[Event]) -> None:
        await super().append(events)
        self.taken.set()
        await self.may_say.wait()


def test_what_the_log_is_writing_when_an_import_is_broken_off_is_logged_once() -> None:
    async def run() -> None:
        nothing: Any = None
        log, registry = SlowLog(), MemoryRegistry(SystemClock())
        registry.add_workspace("default")
        snapshot = registry.load()
        assert snapshot is not None
        home = snapshot.workspace("default")
        assert home is not None
        parts = ImportParts((Scribe(),), snapshot, log, registry, nothing, SystemClock())
        importer = Importer(parts, Scribe(), Principal(home, "import", frozenset({"events:write"})))
        running = asyncio.create_task(importer.run(LINES, lambda line, refused: pytest.fail(str(refused))))
        await log.taken.wait()
        running.cancel()
        await asyncio.sleep(0)
        log.may_say.set()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert [row.size for row in log.read({}, 10_000)] == [1000]
        assert importer.totals.events == 1000

    asyncio.run(run())
