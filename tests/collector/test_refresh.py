"""The registry snapshot at hand: kept while the registry cannot be read, replaced when it can."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from bowerbird.collector.refresh import Refresher
from bowerbird.registry.base import Snapshot
from bowerbird.registry.memory import MemoryRegistry


class Flaky:
    """A registry that can be out of reach."""

    def __init__(self) -> None:
        self.registry = MemoryRegistry()
        self.registry.add_key("first")
        self.reachable = True
        self.asked = 0

    def load(self, if_newer_than: int | None = None) -> Snapshot | None:
        self.asked += 1
        if not self.reachable:
            raise OSError("out of reach")
        return self.registry.load(if_newer_than)


async def until(happens: Callable[[], Any]) -> None:
    for _ in range(1000):
        if happens():
            return
        await asyncio.sleep(0.002)
    raise TimeoutError


def knows(refresher: Refresher, secret: str) -> bool:
    return refresher.snapshot is not None and refresher.snapshot.authenticate(secret) is not None


def test_is_loaded_when_it_has_started_and_follows_changes() -> None:
    async def story() -> None:
        source = Flaky()
        refresher = Refresher(source, interval=0.002)
        assert refresher.snapshot is None
        await refresher.start()
        assert knows(refresher, "first")
        source.registry.add_key("second")
        await until(lambda: knows(refresher, "second"))
        await refresher.stop()
        asked = source.asked
        await asyncio.sleep(0.02)
        assert source.asked == asked

    asyncio.run(story())


def test_a_snapshot_that_is_still_true_is_kept() -> None:
    async def story() -> None:
        source = Flaky()
        refresher = Refresher(source, interval=0.002)
        await refresher.start()
        first = refresher.snapshot
        await until(lambda: source.asked > 3)
        assert refresher.snapshot is first
        await refresher.stop()

    asyncio.run(story())


def test_the_last_snapshot_outlives_the_registry(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        source = Flaky()
        refresher = Refresher(source, interval=0.002)
        await refresher.start()
        source.reachable = False
        asked = source.asked
        await until(lambda: source.asked > asked + 3)
        assert knows(refresher, "first")
        source.reachable = True
        source.registry.add_key("second")
        await until(lambda: knows(refresher, "second"))
        await refresher.stop()

    asyncio.run(story())
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_registry_out_of_reach_at_the_start_is_found_later() -> None:
    async def story() -> None:
        source = Flaky()
        source.reachable = False
        refresher = Refresher(source, interval=0.002)
        await refresher.start()
        assert refresher.snapshot is None
        source.reachable = True
        await until(lambda: knows(refresher, "first"))
        await refresher.stop()

    asyncio.run(story())


def test_stopping_what_never_started_is_nothing() -> None:
    asyncio.run(Refresher(Flaky()).stop())
