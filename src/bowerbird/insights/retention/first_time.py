"""Cohorts of those who began for the first time: a person is in one of them, so one row a person is all there is to
keep. The events that began are read by themselves, and only they from before the range."""

from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.buckets import bucket
from bowerbird.insights.draft import Draft, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.question import Asking
from bowerbird.insights.retention.calendar import Span
from bowerbird.insights.retention.question import Doing, RetentionQuestion

_BEGINNING = -62_135_596_800_000_000
"""The year 1."""


def cohorts(question: RetentionQuestion, asking: Asking, span: Span, draft: Draft) -> str:
    """One row for each person in a cohort: its bucket, the keys of the first start, and `later`: the periods in which
    the person came back as bits (`on`), or the last of them, -1 for never (`on_or_after`)."""
    firsts = _firsts(question, asking, span, draft)
    events = Events(draft, span.whole)
    at = events.plain("occurred_at")
    back = _meeting(question, question.return_, asking, events)
    period = f"({bucket(draft, at, span.whole, question.unit)} - f.bucket)"
    came, never = (
        (f"bit_or(1::HUGEINT << {period}::INTEGER)", 0) if question.returned == "on" else (f"max({period})", -1)
    )
    returns = draft.table(
        f"""SELECT person, {came} AS came FROM {events.table(back)} JOIN {firsts} AS f USING (person)
        WHERE {at} > f.began GROUP BY person""",
        "returns",
    )
    return draft.table(
        f"SELECT *, coalesce(came, {never}) AS later FROM {firsts} LEFT JOIN {returns} USING (person)", "cohorts"
    )


def _firsts(question: RetentionQuestion, asking: Asking, span: Span, draft: Draft) -> str:
    """Who began in the range and never before: `person`, `began`, `bucket`, keys."""
    events = Events(draft, span.cohorts._replace(since=_BEGINNING))
    at = events.plain("occurred_at")
    breakdown = Breakdown(question.breakdown, question.limit)
    columns = ["person", f"{at} AS began", *breakdown.columns(events, asking.conditions)]
    start = _meeting(question, question.start, asking, events)
    starts = draft.table(f"SELECT {', '.join(columns)} FROM {events.table(start)}", "starts")
    names = ["began", *breakdown.keys]
    first = f"min(struct_pack({', '.join(f'{name} := {name}' for name in names)}))" if breakdown.keys else "min(began)"
    unpacked = ", ".join(f"first.{name} AS {name}" for name in names) if breakdown.keys else "first AS began"
    since = draft.instant(span.cohorts.since)
    return draft.table(
        f"""SELECT *, ({bucket(draft, "began", span.whole, question.unit)})::INTEGER AS bucket
        FROM (SELECT person, {unpacked} FROM (SELECT person, {first} AS first FROM {starts} GROUP BY person))
        WHERE began >= {since}""",
        "firsts",
        kept=True,
    )


def _meeting(question: RetentionQuestion, doing: Doing, asking: Asking, events: Events) -> str:
    conditions = asking.conditions
    return all_of(
        [
            f"{events.person()} IS NOT NULL",
            conditions.clause(question.where, events),
            conditions.of_event(doing.event, doing.where, events),
        ]
    )
