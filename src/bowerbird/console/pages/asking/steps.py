"""Which steps of an answer's time have begun."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bowerbird.insights.ranges import Unit, following, micros

FAINT = 0.45
"""Opacity of what is not over, and of what was before."""


class Steps(NamedTuple):
    begun: int
    """How many have begun: the others are still to come, and nothing can have happened in them."""
    is_open: bool
    """Whether the last one that has begun is not over."""

    def past(self, values: Sequence[Any]) -> list[Any]:
        """One a step; None where it is still to come."""
        return [value if at < self.begun else None for at, value in enumerate(values)]

    def bars(self, values: Sequence[Any]) -> list[Any]:
        """A chart's bars: the last one is faint until it is over."""
        drawn = self.past(values)
        if self.is_open:
            drawn[self.begun - 1] = {"value": drawn[self.begun - 1], "itemStyle": {"opacity": FAINT}}
        return drawn


def steps(buckets: Sequence[str], unit: Unit, timezone: str, now: int) -> Steps:
    """`buckets`: where each begins, as answers have it; `now` in µs."""
    zone = ZoneInfo(timezone)
    starts = [_start(bucket, zone) for bucket in buckets]
    begun = [start for start in starts if micros(start) <= now]
    return Steps(len(begun), bool(begun) and micros(following(begun[-1], unit)) > now)


def open_note(unit: str) -> str:
    return f"The last {unit} is not over: it counts up to now."


def _start(bucket: str, zone: ZoneInfo) -> datetime:
    at = datetime.fromisoformat(bucket)
    return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)
