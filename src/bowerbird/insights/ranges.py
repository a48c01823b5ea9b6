"""The time that a question is about, and the steps in which it goes."""

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from bowerbird.clock import DAY
from bowerbird.errors import QuestionInvalidError

Unit = Literal["hour", "day", "week", "month"]
MOST_BUCKETS = 5000
LONGEST = 50 * 366 * DAY
"""µs that a range may last."""
EARLIEST, LATEST = 1000, 9000
"""Years that a range may name: whatever is counted from there has a date too."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


class Range(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Either `since` (inclusive) and `until` (exclusive), or the `last` so many units, the current one included.

    Times are ISO 8601; without an offset they are in the question's time zone. `until` left out: until now.
    """

    since: str | None = None
    until: str | None = None
    last: int | None = None
    unit: Unit = "day"

    def __post_init__(self) -> None:
        if (self.since is None) == (self.last is None) or (self.last is not None and self.until is not None):
            raise ValueError("a range has either `since`, with or without `until`, or `last`")
        if self.last is not None and not 1 <= self.last <= MOST_BUCKETS:
            raise ValueError(f"`last` is 1 to {MOST_BUCKETS}")


LAST_30_DAYS = Range(last=30)


class Bucket(NamedTuple):
    start: int
    """µs of the instant at which it begins."""
    label: str
    """ISO 8601 in the time zone: a date, or for hours a time with offset."""


class Period(NamedTuple):
    """A range as instants: µs, `until` exclusive."""

    since: int
    until: int
    zone: ZoneInfo

    def before(self) -> "Period":
        """The period of the same length right before this one: as many days for whole days, however many hours they
        have, else the same time."""
        start, end = (floor(self.local(each), "day") for each in (self.since, self.until))
        if (micros(start), micros(end)) == (self.since, self.until):
            return Period(micros(following(start, "day", (start.date() - end.date()).days)), self.since, self.zone)
        return Period(2 * self.since - self.until, self.since, self.zone)

    def up_to(self, later: "Period", now: int) -> "Period":
        """This period as far as a later one has come: as much time where both are as long, else as much on the clock.
        All of it when the later one is over, or has not begun."""
        if not later.since < now < later.until:
            return self
        if later.until - later.since == self.until - self.since:
            end = self.since + now - later.since
        else:
            end = micros(self.local(self.since) + (self.local(now) - self.local(later.since)))
        return self._replace(until=min(max(end, self.since + 1), self.until))

    def local(self, instant: int) -> datetime:
        return (_EPOCH + instant * _US).astimezone(self.zone)

    def buckets(self, unit: Unit) -> list[Bucket]:
        """The steps that the period touches, oldest first; the first one may begin before it. Raises
        `QuestionInvalidError` when there are more than `MOST_BUCKETS`."""
        found: list[Bucket] = []
        start = floor(self.local(self.since), unit)
        while (instant := micros(start)) < self.until:
            if len(found) == MOST_BUCKETS:
                raise QuestionInvalidError(
                    f"the range has more than {MOST_BUCKETS} {unit}s", "Ask for a shorter range or larger steps."
                )
            found.append(Bucket(instant, start.isoformat() if unit == "hour" else start.date().isoformat()))
            start = following(start, unit)
        return found

    def offsets(self) -> list[tuple[int, int]]:
        """(until µs, offset from UTC in µs): the last pair holds to the end."""
        found: list[tuple[int, int]] = []
        at = self.since
        while True:
            offset = _offset(self.local(at))
            end = _change_after(at, self.until, offset, self)
            found.append((end, offset))
            if end >= self.until:
                return found
            at = end


def period(range_: Range, zone: ZoneInfo, now: int) -> Period:
    """Raises `QuestionInvalidError` for a range that ends before it begins."""
    if range_.last is not None:
        start = floor((_EPOCH + now * _US).astimezone(zone), range_.unit)
        end = following(start, range_.unit)
        return Period(micros(following(start, range_.unit, 1 - range_.last)), micros(end), zone)
    since = _instant(range_.since or "", zone)
    until = now if range_.until is None else _instant(range_.until, zone)
    if until - since > LONGEST:
        raise QuestionInvalidError("the range is longer than 50 years", "Begin it later.")
    if until <= since:
        ends = "begins in the future" if range_.until is None else "is empty, or ends before it begins"
        raise QuestionInvalidError(f"the range {ends}", "`until` comes after `since`, and is exclusive.")
    return Period(since, until, zone)


def floor(at: datetime, unit: Unit) -> datetime:
    """The start of the hour, day, ISO week (Monday) or month, on the clock of its time zone."""
    if unit == "hour":
        # On the clock, the second of two hours of one name would become the first
        begun = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
        return (at.astimezone(UTC) - begun).astimezone(at.tzinfo)
    start = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if unit == "week":
        return start - timedelta(days=start.weekday())
    return start.replace(day=1) if unit == "month" else start


def following(at: datetime, unit: Unit, steps: int = 1) -> datetime:
    """The start of the step so many steps later; `at` is a start. Hours pass in real time, all else on the clock."""
    zone = at.tzinfo
    if unit == "hour":
        return (at.astimezone(UTC) + timedelta(hours=steps)).astimezone(zone)
    if unit == "month":
        years, month = divmod(at.month - 1 + steps, 12)
        return at.replace(year=at.year + years, month=month + 1)
    return at + timedelta(days=steps * (7 if unit == "week" else 1))


def iso(instant: int, zone: ZoneInfo) -> str:
    """The instant (µs) in ISO 8601 with the time zone's offset."""
    return (_EPOCH + instant * _US).astimezone(zone).isoformat()


def micros(at: datetime) -> int:
    return (at - _EPOCH) // _US


def _instant(text: str, zone: ZoneInfo) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise QuestionInvalidError(f"{text!r} is no time", "Write ISO 8601, such as 2026-03-01.") from error
    if not EARLIEST <= at.year < LATEST:
        raise QuestionInvalidError(f"{text!r} is too far away", f"Name a year from {EARLIEST} to {LATEST - 1}.")
    return micros(at if at.tzinfo else _at(at, zone))


def _at(naive: datetime, zone: ZoneInfo) -> datetime:
    return naive.replace(tzinfo=zone)


def _offset(at: datetime) -> int:
    return (at.utcoffset() or timedelta()) // _US


def _change_after(at: int, until: int, offset: int, over: Period) -> int:
    """The first instant, later than `at`, with another offset; `until` if there is none."""
    low = at
    while low < until and _offset(over.local(min(low + DAY, until))) == offset:
        low += DAY
    if low >= until:
        return until
    high = min(low + DAY, until)
    if _offset(over.local(high)) == offset:
        return until
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(over.local(middle)) == offset:
            low = middle
        else:
            high = middle
    return high
