"""The clock port. Nothing else in the house asks the operating system for the time."""

import time
from typing import Protocol

SECOND = 1_000_000
"""Microseconds in a second. All times are whole microseconds since 1970-01-01 UTC."""
DAY = 86_400 * SECOND


class Clock(Protocol):
    def now(self) -> int:
        """Microseconds since the epoch, UTC."""
        ...


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1000


class FixedClock:
    """A clock that stands still until it is moved; for tests and for replayed imports."""

    def __init__(self, now: int) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += int(seconds * SECOND)
