"""A trend as one statement, so that all its numbers are of one moment.

For each series and period a table of what is kept by bucket and group; the largest groups of the first; then the
result of every bucket and, where the bucket is NULL, of the whole period.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.buckets import bucket
from bowerbird.insights.draft import Draft, Statement, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.question import Asking
from bowerbird.insights.ranges import Period
from bowerbird.insights.trend.measures import stages
from bowerbird.insights.trend.question import Series, TrendQuestion

GROUPS = -1
"""The number of the part that names the groups."""


class _Part(NamedTuple):
    number: int
    rows: str
    result: str


def compile_trend(question: TrendQuestion, asking: Asking, periods: Sequence[Period]) -> Statement:
    """Rows: (part, bucket, rank, result, keys of the breakdown…). Parts count the series of the first period, then
    those of the next; a bucket of NULL is the whole period; a rank of NULL is the rest, 0 without a breakdown.
    The part `GROUPS` has rank and keys alone."""
    draft = asking.draft()
    breakdown = Breakdown(question.breakdown, question.limit)
    parts: list[_Part] = []
    for period in periods:
        for series in question.series:
            rows, result = _kept(series, period, draft, _Common(question, asking, breakdown))
            parts.append(_Part(len(parts), rows, result))
    if not question.breakdown:
        return draft.finish(
            " UNION ALL ".join(_results(each, f"(SELECT *, 0 AS rank FROM {each.rows})") for each in parts)
        )
    top = breakdown.top(draft, parts[0].rows, parts[0].result)
    nothing = "".join(f", NULL::VARCHAR AS {key}" for key in breakdown.keys)
    found = [_results(each, breakdown.ranked(each.rows, top), nothing) for each in parts]
    names = f"SELECT {GROUPS} AS part, NULL AS bucket, rank, NULL AS result, {', '.join(breakdown.keys)} FROM {top}"
    return draft.finish(" UNION ALL ".join([*found, names]))


class _Common(NamedTuple):
    question: TrendQuestion
    asking: Asking
    breakdown: Breakdown


def _kept(series: Series, period: Period, draft: Draft, common: _Common) -> tuple[str, str]:
    """The name of the table of one series, and the aggregate of its rows."""
    question, asking, breakdown = common
    events = Events(draft, period)
    at = bucket(draft, events.plain("occurred_at"), period, question.unit)
    kept, grouped, measured, result = stages(series, events, draft)
    conditions = asking.conditions
    keys = breakdown.columns(events, conditions)
    clauses = [conditions.of_event(series.event, series.where, events), conditions.clause(question.where, events)]
    table = events.table(all_of([*clauses, measured]))
    columns = ", ".join([kept, f"{at} AS bucket", *keys])
    return draft.table(f"SELECT {columns} FROM {table}{' GROUP BY ALL' if grouped else ''}", "kept"), result


def _results(part: _Part, ranked: str, nothing: str = "") -> str:
    return f"""
        SELECT {part.number} AS part, bucket, rank, {part.result} AS result{nothing}
        FROM {ranked} GROUP BY GROUPING SETS ((rank, bucket), (rank))"""
