"""The rate limiter port, and the arithmetic of fixed windows that its adapters share."""

from typing import NamedTuple, Protocol

from bowerbird.clock import SECOND
from bowerbird.collector.dialects.base import Quota, Throttle
from bowerbird.refusals import Reason, Refused

MINUTE = 60 * SECOND
_LATE = 2
"""Windows by which a call may come behind one that another process has already counted."""


class Limiter(Protocol):
    """Counts the calls of each slot (a workspace's number) in fixed windows of a second and of a minute, which begin
    where the clock's seconds and minutes begin. All collectors of one data directory share the counts."""

    def take(self, slot: int, throttle: Throttle, now: int) -> Quota | None:
        """Counts a call at `now` (µs). Returns the quota of the minute, None where it has no limit.

        Raises `Refused`: THROTTLED, with the seconds until the full window ends; such a call is not counted.
        Without any limit it does no work. Blocks for microseconds at most.
        """
        ...

    def close(self) -> None: ...


class Counts(NamedTuple):
    """The latest windows that a slot has calls in, numbered since the epoch, and how many."""

    second: int = 0
    in_second: int = 0
    minute: int = 0
    in_minute: int = 0


def count(counts: Counts, throttle: Throttle, now: int) -> tuple[Counts, Quota | None]:
    """The counts after one more call, and what is left. Raises `Refused`: THROTTLED."""
    second, in_second = _window(counts.second, counts.in_second, now // SECOND)
    minute, in_minute = _window(counts.minute, counts.in_minute, now // MINUTE)
    if throttle.steady is not None and in_minute >= throttle.steady:
        raise _throttled((minute + 1) * MINUTE - now)
    if throttle.burst is not None and in_second >= throttle.burst:
        raise _throttled((second + 1) * SECOND - now)
    return Counts(second, in_second + 1, minute, in_minute + 1), _quota(throttle, minute, in_minute + 1, now)


def _window(counted: int, calls: int, current: int) -> tuple[int, int]:
    """The window to count in. One slightly ahead of this call is kept; further ahead, the clock was set back."""
    if current <= counted <= current + _LATE:
        return counted, calls
    return current, 0


def _throttled(wait: int) -> Refused:
    return Refused(Reason.THROTTLED, retry_after=wait / SECOND)


def _quota(throttle: Throttle, minute: int, calls: int, now: int) -> Quota | None:
    if throttle.steady is None:
        return None
    return Quota(throttle.steady, throttle.steady - calls, -(-((minute + 1) * MINUTE - now) // SECOND))
