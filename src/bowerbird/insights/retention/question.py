"""What retention asks."""

from typing import Literal

import msgspec
from msgspec import Struct

from bowerbird.insights import breakdown
from bowerbird.insights.conditions import Condition
from bowerbird.insights.persons import Which
from bowerbird.insights.question import Question

MOST_PERIODS = 60


class Doing(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Events that count as beginning, or as coming back."""

    event: str | None = None
    """The event's name; null: any event."""
    where: Condition | None = None


class InCell(Which, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The persons of a cell."""

    cohort: str
    """Its `start` in the answer, such as 2026-03-02."""
    period: int
    """0 for the cohort's own."""
    returned: bool = True
    """False: those of the cohort who did not come back then."""


class RetentionQuestion(Question, frozen=True, kw_only=True):
    """Of those who began in a day, week or month, how many came back in the same one, in the next, and so on.

    The range says when people begin; they come back until now, also after its end. `where` holds for both kinds of
    events. Events of nobody do not count.
    """

    unit: Literal["day", "week", "month"] = "week"
    """On the clock of the question's time zone; weeks begin on Monday."""
    start: Doing = Doing()
    """Who does this is in the cohort of that day, week or month."""
    return_: Doing = msgspec.field(default=Doing(), name="return")
    """Who does this comes back. In period 0 it has to happen later than the person's first start there, so when both
    are the same event, that is a second time."""
    mode: Literal["first_time", "recurring"] = "first_time"
    """`first_time`: a person is in one cohort, that of the first start event ever, also of those before the range, if
    it lies in the range. `recurring`: in the cohort of each day, week or month of the range with a start event."""
    returned: Literal["on", "on_or_after"] = "on"
    """`on`: came back in that very period. `on_or_after`: in that one or a later one."""
    periods: int = 8
    """Periods after the cohort's own, 1 to 60."""
    breakdown: tuple[str, ...] = ()
    """Up to 2 fields (`name`, `dialect`, `account`, `list`, `property:plan`, `trait:city`, …) or `segment:NAME`, whose
    groups are `in` and `not in`; taken of the first start event of that day, week or month. Of several at the very
    same time, the values that come first in alphabetical order."""
    limit: int = 10
    """Groups that stand alone, 1 to 100: those with the largest cohorts together (of equal ones the first in
    alphabetical order). All others are one more group."""
    people: InCell | None = None
    """Also list the persons of a cell."""

    def __post_init__(self) -> None:
        if not 1 <= self.periods <= MOST_PERIODS:
            raise ValueError(f"`periods` is 1 to {MOST_PERIODS}")
        breakdown.check(self.breakdown, self.limit)
        if self.people is not None:
            self.people.check_breakdown(len(self.breakdown))
            if not 0 <= self.people.period <= self.periods:
                raise ValueError("`period` of people is 0 to `periods`")
