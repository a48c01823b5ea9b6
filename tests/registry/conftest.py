"""A registry in a data directory of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.clock import FixedClock
from bowerbird.registry.sql import SqlRegistry, open_sqlite


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(1_700_000_000_000_000)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Not made yet."""
    return tmp_path / "data"


@pytest.fixture
def reopened(directory: Path, clock: FixedClock) -> Iterator[Callable[[], SqlRegistry]]:
    """Opens the registry once more, as another process would."""
    opened: list[SqlRegistry] = []

    def reopen() -> SqlRegistry:
        opened.append(open_sqlite(directory, clock))
        return opened[-1]

    yield reopen
    for registry in opened:
        registry.close()


@pytest.fixture
def registry(reopened: Callable[[], SqlRegistry]) -> SqlRegistry:
    return reopened()
