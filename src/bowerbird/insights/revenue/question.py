"""What a question about revenue asks."""

from typing import Literal

from bowerbird.insights import breakdown
from bowerbird.insights.question import Question
from bowerbird.insights.ranges import Unit

MOST_NAMES = 100


class RevenueQuestion(Question, frozen=True, kw_only=True):
    """Revenue, orders and buyers, each currency for itself, and what cohorts of buyers are worth over time.

    An order is an event with a value and a currency. Events with the same order_id tell of one order, whatever
    dialect, name or currency they come with: the first by `occurred_at`, then by event id, counts, and counts when it
    occurred, so an order from before the range that is told again in it is not in it. Events without order_id count
    each. A negative value is a refund: it lessens the revenue of its time and is no order; refunds of one order_id and
    amount count once.

    `event` and `where` choose the events that tell of orders; among these an order_id counts once.
    """

    unit: Unit = "day"
    event: str | tuple[str, ...] | None = None
    """A name, or up to 100 names; null: every event with a value and a currency."""
    breakdown: tuple[str, ...] = ()
    """Up to 2 fields, or `segment:NAME`, of the event that counts."""
    limit: int = 10
    """Groups that stand alone, 1 to 100: those with the most orders in all currencies. All others are one more."""
    cohort_unit: Literal["day", "week", "month"] = "month"
    """Persons whose first order ever in a currency lies in the same day, week or month are a cohort."""

    def __post_init__(self) -> None:
        if self.event == () or (isinstance(self.event, tuple) and len(self.event) > MOST_NAMES):
            raise ValueError(f"`event` is one name, or 1 to {MOST_NAMES}")
        breakdown.check(self.breakdown, self.limit)

    def names(self) -> list[str] | None:
        return [self.event] if isinstance(self.event, str) else None if self.event is None else list(self.event)
