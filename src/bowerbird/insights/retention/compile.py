"""Retention as one statement, so that all its numbers are of one moment.

Of each person, the buckets (days, weeks or months) in which they came back are the bits of one number. So no cell needs
a look at other rows than its cohort's.
"""

from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.draft import Statement
from bowerbird.insights.persons import chosen
from bowerbird.insights.question import Asking
from bowerbird.insights.retention import first_time, recurring
from bowerbird.insights.retention.calendar import Span
from bowerbird.insights.retention.question import RetentionQuestion


def compile_retention(question: RetentionQuestion, asking: Asking, span: Span) -> Statement:
    """Rows: (whole, rank, keys, bucket, size, persons of each period from 0, chosen people). `whole`: of all groups; a
    rank of NULL beside it is the rest of them."""
    draft = asking.draft()
    breakdown = Breakdown(question.breakdown, question.limit)
    make = first_time.cohorts if question.mode == "first_time" else recurring.cohorts
    rows = make(question, asking, span, draft)
    if question.breakdown:
        rows = draft.table(f"SELECT * FROM {breakdown.ranked(rows, breakdown.top(draft, rows, 'count(*)'))}", "ranked")
    periods = range(question.periods + 1)
    cells = ", ".join(f"count(*) FILTER (WHERE {_returned(question, period)})" for period in periods)
    group = "grouping(rank) = 1, rank" if question.breakdown else "true, NULL"
    keys = ", ".join(f"any_value({key})" for key in breakdown.keys)
    by = "GROUPING SETS ((bucket), (bucket, rank))" if question.breakdown else "bucket"
    table = f"SELECT {group}, [{keys}], bucket, count(*), [{cells}] FROM {rows} GROUP BY {by}"
    if question.people is None:
        return draft.finish(f"SELECT *, NULL FROM ({table})")
    came = f"({_returned(question, question.people.period)}) = {draft.bind(question.people.returned)}"
    meets = f"bucket = {draft.bind(span.chosen)}::INTEGER AND {came}"
    people = chosen(question.people, rows, meets, breakdown.keys, draft)
    return draft.finish(f"SELECT *, NULL FROM ({table}) UNION ALL SELECT true, NULL, [], NULL, 0, [], {people}")


def _returned(question: RetentionQuestion, period: int) -> str:
    """Whether a row of the cohorts came back in this period."""
    return f"(later >> {period}) & 1 = 1" if question.returned == "on" else f"later >= {period}"
