"""What is looked for on the page of events, as it stands in the address."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bowerbird.clock import SECOND
from bowerbird.console import answers
from bowerbird.console.cursors import TimedKey, keyset
from bowerbird.console.failures import ApiError
from bowerbird.errors import QuestionInvalidError
from bowerbird.warehouse.base import EventQuery

_HOUR = 3600 * SECOND
RANGES: Mapping[str, str] = MappingProxyType(
    {"": "Any time", "1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days"}
    | {"dates": "From – to"}
)
_SPANS = {"1h": _HOUR, "24h": 24 * _HOUR, "7d": 7 * 24 * _HOUR, "30d": 30 * 24 * _HOUR}
_LONGEST = 1000


class Search(NamedTuple):
    """'' lets everything through."""

    name: str = ""
    person: str = ""
    dialect: str = ""
    list: str = ""
    property: str = ""
    value: str = ""
    range: str = ""
    since: str = ""
    """A time in the workspace's time zone, as `until`; for the range `dates`."""
    until: str = ""
    columns: str = ""
    hidden: str = ""
    """`1`: pickers offer hidden names too."""
    cursor: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Search":
        return cls(**{name: query[name][:_LONGEST] for name in cls._fields if name in query})

    def query(self, workspace: str, people: tuple[str, ...] | None, now: int, place: ZoneInfo) -> EventQuery:
        """Raises `QuestionInvalidError` for a time that is none."""
        span = _SPANS.get(self.range)
        dates = self.range == "dates"
        return EventQuery(
            workspace=workspace,
            name=self.name or None,
            people=people,
            list_id=self.list or None,
            dialect=self.dialect or None,
            property=(self.property, self.value) if self.property and self.value else None,
            since=now - span if span else _instant(self.since, place) if dates else None,
            until=_instant(self.until, place) if dates else None,
            before=_before(self.cursor),
        )


def _instant(text: str, place: ZoneInfo) -> int | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return answers.instant((at if at.tzinfo else at.replace(tzinfo=place)).isoformat())
    except (ValueError, OverflowError) as error:
        raise QuestionInvalidError(f"{text!r} is no time", "Write it like 2026-03-01T12:00.") from error


def _before(cursor: str) -> TimedKey | None:
    try:
        return keyset(cursor, TimedKey)
    except ApiError:  # whoever cut an address short begins at the newest
        return None
