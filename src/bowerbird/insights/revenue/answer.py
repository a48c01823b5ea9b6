"""The answer to a question about revenue."""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from itertools import accumulate
from typing import Any, NamedTuple

from msgspec import Struct

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.base import Rows
from bowerbird.insights.question import Asking
from bowerbird.insights.ranges import Unit
from bowerbird.insights.revenue.compile import ALL, MOST_CURRENCIES, REST, compile_revenue
from bowerbird.insights.revenue.question import RevenueQuestion

MOST_NUMBERS = 400_000
"""Numbers in an answer."""
MOST_COHORTS = 120
_NOTHING = Decimal(0)
_PLACES = Decimal("1e-9")
_EXACT = Context(prec=60)
"""More digits than DECIMAL(38, 9) has."""


class Takings(Struct, frozen=True, kw_only=True):
    """Money is a decimal as text, `"19.99"`: sums are exact to nine places, quotients rounded to nine places."""

    revenue: str
    """All values, refunds taken off."""
    orders: int
    """Without refunds."""
    buyers: int
    """Different persons with an order; orders of nobody known have no buyer."""
    average_order_value: str | None
    """Revenue by orders; null without orders."""
    repeat_buyers: int
    """Buyers with two orders or more in the range."""
    repeat_rate: float | None
    """Repeat buyers by buyers, 0 to 1; null without buyers."""
    revenue_by_bucket: list[str]
    orders_by_bucket: list[int]


class TakingsGroup(Takings, frozen=True, kw_only=True):
    group: list[str | None]
    """The value of each field of the breakdown: null where it is not set. Empty for the rest."""
    other: bool
    """The rest: all groups beyond `limit`, as one."""


class Cohort(Struct, frozen=True, kw_only=True):
    """Persons whose first order ever in this currency lies in one day, week or month of the range."""

    cohort: str
    """Where that begins, a date."""
    people: int
    revenue: list[str]
    """What they have paid, from their first order to the end of the same day, week or month, of the one after it,
    and so on until the end of the range, refunds taken off: each includes those before it."""
    lifetime_value: list[str]
    """The same for each of the people."""


class CurrencyTakings(Takings, frozen=True, kw_only=True):
    currency: str
    groups: list[TakingsGroup]
    """With a breakdown: those with orders or refunds in this currency, by rank, the rest last."""
    cohorts: list[Cohort]
    """Oldest first, those with people."""


class Revenue(Struct, frozen=True, kw_only=True):
    unit: Unit
    buckets: list[str]
    """Where each bucket begins, in the question's time zone: a date, or for hours a time with offset."""
    currencies: list[CurrencyTakings]
    """Those with the most orders first, at most 20. Money of different currencies is never added."""
    currencies_left_out: int
    """Further currencies; a condition on `currency` brings them in."""


class _Sums(NamedTuple):
    revenue: Decimal
    orders: int
    buyers: int
    repeat_buyers: int


_NONE = _Sums(_NOTHING, 0, 0, 0)
_Found = Mapping[tuple[Any, ...], _Sums]


def answer(question: RevenueQuestion, asking: Asking) -> Revenue:
    period = asking.bounds(question)
    buckets = [each.label for each in period.buckets(question.unit)]
    cohorts = [each.label for each in period.buckets(question.cohort_unit)]
    _check_size(question, len(buckets), len(cohorts))
    rows = asking.rows(compile_revenue(question, asking, period))
    found = {row[:5]: _Sums(*row[5:9]) for row in rows}
    groups = {row[2]: list(row[9:]) for row in rows if row[0] == "group"}
    currencies = sorted((-sums.orders, key[1]) for key, sums in found.items() if key[0] == "lane" and key[2] == ALL)
    return Revenue(
        unit=question.unit,
        buckets=buckets,
        currencies=[_currency(each, found, groups, (len(buckets), cohorts)) for _, each in currencies],
        currencies_left_out=_left_out(rows),
    )


def _check_size(question: RevenueQuestion, buckets: int, cohorts: int) -> None:
    groups = question.limit + 2 if question.breakdown else 1
    if 2 * MOST_CURRENCIES * groups * buckets > MOST_NUMBERS:
        raise QuestionInvalidError(
            f"the answer could have more than {MOST_NUMBERS} numbers",
            "Ask for larger buckets, a shorter range or a smaller `limit`.",
        )
    if cohorts > MOST_COHORTS:
        raise QuestionInvalidError(
            f"the range has more than {MOST_COHORTS} cohorts", "Ask for a larger `cohort_unit` or a shorter range."
        )


def _left_out(rows: Rows) -> int:
    return next(int(row[6]) for row in rows if row[0] == "left")


def _currency(
    currency: str, found: _Found, groups: Mapping[int, list[str | None]], sizes: tuple[int, Sequence[str]]
) -> CurrencyTakings:
    buckets, cohorts = sizes
    lanes = [lane for lane in (*sorted(groups), REST) if ("lane", currency, lane, None, None) in found]
    return CurrencyTakings(
        currency=currency,
        **_takings(found, currency, ALL, buckets),
        groups=[
            TakingsGroup(group=groups.get(lane, []), other=lane == REST, **_takings(found, currency, lane, buckets))
            for lane in lanes
        ],
        cohorts=[
            _cohort(found, currency, number, cohorts)
            for number in range(len(cohorts))
            if ("size", currency, None, number, None) in found
        ],
    )


def _takings(found: _Found, currency: str, lane: int, buckets: int) -> dict[str, Any]:
    """The fields of `Takings`."""
    sums = found["lane", currency, lane, None, None]
    by_bucket = [found.get(("bucket", currency, lane, each, None), _NONE) for each in range(buckets)]
    return {
        "revenue": _money(sums.revenue),
        "orders": sums.orders,
        "buyers": sums.buyers,
        "average_order_value": _money(_each(sums.revenue, sums.orders)) if sums.orders else None,
        "repeat_buyers": sums.repeat_buyers,
        "repeat_rate": sums.repeat_buyers / sums.buyers if sums.buyers else None,
        "revenue_by_bucket": [_money(each.revenue) for each in by_bucket],
        "orders_by_bucket": [each.orders for each in by_bucket],
    }


def _cohort(found: _Found, currency: str, number: int, cohorts: Sequence[str]) -> Cohort:
    people = found["size", currency, None, number, None].buyers
    paid = [found.get(("age", currency, None, number, age), _NONE).revenue for age in range(len(cohorts) - number)]
    so_far = list(accumulate(paid, _EXACT.add))
    return Cohort(
        cohort=cohorts[number],
        people=people,
        revenue=[_money(each) for each in so_far],
        lifetime_value=[_money(_each(each, people)) for each in so_far],
    )


def _each(revenue: Decimal, count: int) -> Decimal:
    return _EXACT.quantize(_EXACT.divide(revenue, Decimal(count)), _PLACES)


def _money(value: Decimal) -> str:
    """Digits without exponent and trailing zeros: `19.99`, `100`."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
