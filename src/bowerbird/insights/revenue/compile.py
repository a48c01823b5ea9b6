"""A question about revenue as one statement.

What was told of orders since ever; of these the first telling of each order; of these what lies in the range. Its
lanes are all of it, each group and the rest, and sums are taken by lane.
"""

from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.buckets import bucket
from bowerbird.insights.draft import Draft, Statement, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.question import Asking
from bowerbird.insights.ranges import Period
from bowerbird.insights.revenue.question import RevenueQuestion

MOST_CURRENCIES = 20
ALL, REST = -1, -2
"""Lanes that are no group's rank."""
_EVER = -62_135_596_800_000_000
"""µs of the year 1."""
_ORDERS = "count(*) FILTER (value >= 0)"


def compile_revenue(question: RevenueQuestion, asking: Asking, period: Period) -> Statement:
    """Rows: (section, currency, lane, bucket, age, revenue, orders, buyers, repeat buyers, keys of the breakdown…),
    NULL where a section has no such thing. Sections: `left` has in `orders` the number of currencies beyond
    `MOST_CURRENCIES`; `group` the keys of a lane; `lane` sums; `bucket` sums of a lane; `size` the buyers of a cohort,
    `age` what they paid at an age in cohort units, both with the cohort as bucket."""
    draft = asking.draft()
    breakdown = Breakdown(question.breakdown, question.limit)
    first = _first_tellings(draft, _told(question, asking, breakdown, draft, period), breakdown)
    shown, inside = _inside(draft, first, period)
    at = bucket(draft, "occurred_at", period, question.unit)
    lanes = f"SELECT *, {ALL} AS lane, {at} AS bucket FROM {inside}"
    unsaid = "NULL, NULL, NULL"
    named = f"SELECT 'left', {unsaid}, NULL, NULL, count(*), NULL, NULL{_no(breakdown)} FROM {shown} WHERE NOT shown"
    if question.breakdown:
        top = breakdown.top(draft, inside, f"{_ORDERS}::DOUBLE")
        ranked = breakdown.ranked(inside, top)
        lanes += f" UNION ALL SELECT * EXCLUDE (rank), coalesce(rank, {REST}) AS lane, {at} AS bucket FROM {ranked}"
        named += f" UNION ALL SELECT 'group', NULL, rank, {unsaid}, {unsaid}, {', '.join(breakdown.keys)} FROM {top}"
    sums = _sums(draft.table(lanes, "lanes"), _no(breakdown))
    cohorts = _cohorts(question, draft, period, first, inside)
    return draft.finish(" UNION ALL ".join([named, *sums, *(each + _no(breakdown) + tail for each, tail in cohorts)]))


def _no(breakdown: Breakdown) -> str:
    return ", NULL::VARCHAR" * len(breakdown.keys)


def _told(question: RevenueQuestion, asking: Asking, breakdown: Breakdown, draft: Draft, period: Period) -> str:
    events = Events(draft, period._replace(since=_EVER))
    names = question.names()
    columns = [events.person(), *map(events.plain, ("currency", "value", "occurred_at", "id_time", "id_low"))]
    columns.append(f"nullif({events.plain('order_id')}, '') AS order_id")
    columns += breakdown.columns(events, asking.conditions)
    chosen = ["value IS NOT NULL", "currency IS NOT NULL", asking.conditions.clause(question.where, events)]
    if names is not None:
        chosen.append(f"{events.text(parse_field('name'))} = ANY({draft.bind(names)}::VARCHAR[])")
    return draft.table(f"SELECT {', '.join(columns)} FROM {events.table(all_of(chosen))}", "told")


def _first_tellings(draft: Draft, told: str, breakdown: Breakdown) -> str:
    columns = ", ".join(["person", "currency", "value", "occurred_at", *breakdown.keys])
    again = draft.table(
        f"SELECT hash(order_id) AS id FROM {told} WHERE order_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1",
        "again",
        kept=True,
    )
    return draft.table(
        f"""SELECT {columns} FROM {told} WHERE order_id IS NULL OR hash(order_id) NOT IN (SELECT id FROM {again})
        UNION ALL
        SELECT {columns} FROM {told} WHERE order_id IS NOT NULL AND hash(order_id) IN (SELECT id FROM {again})
        QUALIFY row_number() OVER (
            PARTITION BY order_id, CASE WHEN value < 0 THEN value END ORDER BY occurred_at, id_time, id_low) = 1""",
        "orders",
    )


def _inside(draft: Draft, first: str, period: Period) -> tuple[str, str]:
    """A table of currencies, and one of what lies in the period and is of a currency that is shown."""
    since = draft.instant(period.since)
    shown = draft.table(
        f"""SELECT currency, row_number() OVER (ORDER BY {_ORDERS} DESC, currency) <= {MOST_CURRENCIES} AS shown
        FROM {first} WHERE occurred_at >= {since} GROUP BY currency""",
        "currencies",
    )
    inside = draft.table(
        f"""SELECT * FROM {first} WHERE occurred_at >= {since}
        AND currency IN (SELECT currency FROM {shown} WHERE shown)""",
        "inside",
    )
    return shown, inside


def _sums(lanes: str, nothing: str) -> list[str]:
    people = f"SELECT currency, lane, person, sum(value) AS value, {_ORDERS} AS n FROM {lanes} GROUP BY ALL"
    buyers = "count(*) FILTER (person IS NOT NULL AND n > 0), count(*) FILTER (person IS NOT NULL AND n > 1)"
    return [
        f"""SELECT 'lane', currency, lane, NULL, NULL, sum(value), sum(n)::BIGINT, {buyers}{nothing}
        FROM ({people}) GROUP BY currency, lane""",
        f"""SELECT 'bucket', currency, lane, bucket, NULL, sum(value), {_ORDERS}, NULL, NULL{nothing}
        FROM {lanes} GROUP BY currency, lane, bucket""",
    ]


def _cohorts(question: RevenueQuestion, draft: Draft, period: Period, first: str, inside: str) -> list[tuple[str, str]]:
    """Two sections, each as what stands before and behind the columns of the breakdown."""
    since = draft.instant(period.since)
    buyers = draft.table(
        f"""SELECT currency, person, min(occurred_at) AS since FROM {first}
        WHERE value >= 0 AND person IS NOT NULL GROUP BY currency, person HAVING min(occurred_at) >= {since}
        AND currency IN (SELECT currency FROM {inside})""",
        "buyers",
    )
    cohort = bucket(draft, "b.since", period, question.cohort_unit)
    age = f"{bucket(draft, 'o.occurred_at', period, question.cohort_unit)} - {cohort}"
    joined = f"{inside} AS o JOIN {buyers} AS b ON o.currency = b.currency AND o.person = b.person"
    return [
        (
            f"SELECT 'size', b.currency, NULL, {cohort}, NULL, NULL, NULL, count(*), NULL",
            f" FROM {buyers} AS b GROUP BY ALL",
        ),
        (
            f"SELECT 'age', o.currency, NULL, {cohort}, {age}, sum(o.value), {_ORDERS}, NULL, NULL",
            f" FROM {joined} WHERE o.occurred_at >= b.since GROUP BY ALL",
        ),
    ]
