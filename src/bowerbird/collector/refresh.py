"""Keeps the newest registry snapshot at hand."""

import asyncio
import logging
from contextlib import suppress

from bowerbird.registry.base import Snapshot, Snapshots

INTERVAL = 0.25
"""Seconds between two looks at the registry's version."""

_logger = logging.getLogger(__name__)


class Refresher:
    """Polls the registry in a thread. While it cannot be read, the last snapshot stays in force."""

    def __init__(self, snapshots: Snapshots, interval: float = INTERVAL) -> None:
        self.snapshot: Snapshot | None = None
        """The newest one; None until the registry was read for the first time."""
        self._snapshots = snapshots
        self._interval = interval
        self._failing = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Loads the first snapshot, then goes on in the background."""
        await self._refresh()
        self._task = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self._refresh()

    async def _refresh(self) -> None:
        version = None if self.snapshot is None else self.snapshot.version
        try:
            newer = await asyncio.to_thread(self._snapshots.load, version)
        except Exception:
            self._complain()
            return
        self._failing = False
        if newer is not None:
            self.snapshot = newer

    def _complain(self) -> None:
        if not self._failing:
            _logger.exception("The registry cannot be read; what was read before stays in force")
        self._failing = True
