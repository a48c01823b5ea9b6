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
from bowerbird.insights.trend.measures import Stages, stages
from bowerbird.insights.trend.question import Series, TrendQuestion

GROUPS = -1
"""The number of the part that names the groups."""


class Span(NamedTuple):
    period: Period
    buckets: int


class _Part(NamedTuple):
    rows: str
    stages: Stages


def compile_trend(question: TrendQuestion, asking: Asking, spans: Sequence[Span]) -> Statement:
    """Rows: (part, bucket, rank, result, keys of the breakdown…). Parts count the series of the first span, then
    those of the next; a bucket of NULL is the whole period; a rank of NULL is the rest, 0 without a breakdown.
    The part `GROUPS` has rank and keys alone."""
    draft = asking.draft()
    breakdown = Breakdown(question.breakdown, question.limit)
    compiler = _Compiler(question, asking, breakdown, draft)
    parts = [compiler.kept(series, span) for span in spans for series in question.series]
    if not question.breakdown:
        ranked = [f"(SELECT *, 0 AS rank FROM {part.rows})" for part in parts]
        return draft.finish(" UNION ALL ".join(_results(draft, parts, ranked, ())))
    top = breakdown.top(draft, parts[0].rows, parts[0].stages.total)
    ranked = [breakdown.ranked(part.rows, top) for part in parts]
    names = f"SELECT {GROUPS}, NULL, rank, NULL, {', '.join(breakdown.keys)} FROM {top}"
    return draft.finish(" UNION ALL ".join([*_results(draft, parts, ranked, breakdown.keys), names]))


class _Compiler(NamedTuple):
    question: TrendQuestion
    asking: Asking
    breakdown: Breakdown
    draft: Draft

    def kept(self, series: Series, span: Span) -> _Part:
        """The table of one series."""
        events = Events(self.draft, span.period)
        at = bucket(self.draft, events.plain("occurred_at"), span.period, self.question.unit)
        measured = stages(series, events, self.draft, span.buckets)
        conditions = self.asking.conditions
        keys = self.breakdown.columns(events, conditions)
        chosen = [conditions.of_event(series.event, series.where, events)]
        chosen += [conditions.clause(self.question.where, events), measured.where]
        table = events.table(all_of(chosen))
        taken = f"SELECT {', '.join([f'{at} AS bucket', *measured.taken, *keys])} FROM {table}"
        kept = ", ".join([*(measured.by or ()), *self.breakdown.keys, *measured.kept])
        grouped = "" if measured.by is None else " GROUP BY ALL"
        rows = self.draft.table(f"SELECT {kept} FROM ({taken}){grouped}", "kept")
        if measured.joined is not None:
            rows = self.draft.table(measured.joined(self.draft, rows, self.breakdown.keys), "joined")
        return _Part(rows, measured)


def _results(draft: Draft, parts: Sequence[_Part], ranked: Sequence[str], keys: Sequence[str]) -> list[str]:
    nothing = "".join(f", NULL::VARCHAR AS {key}" for key in keys)
    return [
        f"SELECT {number} AS part, bucket, rank, result{nothing} FROM ({part.stages.results(draft, rows)})"
        for number, (part, rows) in enumerate(zip(parts, ranked, strict=True))
    ]
