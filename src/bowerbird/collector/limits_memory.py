"""A limiter for one process."""

from bowerbird.collector.dialects.base import Quota, Throttle
from bowerbird.collector.limits import Counts, count


class MemoryLimiter:
    def __init__(self) -> None:
        self._counts: dict[int, Counts] = {}

    def take(self, slot: int, throttle: Throttle, now: int) -> Quota | None:
        if throttle.burst is None and throttle.steady is None:
            return None
        self._counts[slot], quota = count(self._counts.get(slot, Counts()), throttle, now)
        return quota

    def close(self) -> None:
        self._counts.clear()
