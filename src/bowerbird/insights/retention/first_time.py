"""Cohorts of those who began for the first time: a person is in one of them, so one row a person is all there is to
keep. The events that began are read by themselves, and only they from before the range."""

from bowerbird.insights import people
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
    node = events.plain("person")
    back = all_of(_meeting(question, question.return_, asking, events))
    period = f"({bucket(draft, at, span.whole, question.unit)} - f.bucket)"
    came, never = (
        (f"bit_or(1::HUGEINT << {period}::INTEGER)", 0) if question.returned == "on" else (f"max({period})", -1)
    )
    began = people.by_node(draft, firsts)
    returns = draft.table(
        f"""SELECT f.person, {came} AS came
        FROM {events.table(back)} AS e JOIN {began} AS f ON f.person_node = e.{node} AND {at} > f.began
        GROUP BY f.person""",
        "returns",
    )
    return draft.table(
        f"SELECT *, coalesce(came, {never}) AS later FROM {firsts} LEFT JOIN {returns} USING (person)", "cohorts"
    )


def _firsts(question: RetentionQuestion, asking: Asking, span: Span, draft: Draft) -> str:
    """Who began in the range and never before: `person`, `began`, `bucket`, keys."""
    events = Events(draft, span.cohorts)
    at = events.plain("occurred_at")
    earlier = _earlier(question, asking, span, draft)
    events.only(f"person NOT IN (SELECT person_node FROM {earlier})")
    breakdown = Breakdown(question.breakdown, question.limit)
    columns = ["person", f"{at} AS began", *breakdown.columns(events, asking.conditions)]
    start = [f"{events.person()} IS NOT NULL", *_meeting(question, question.start, asking, events)]
    starts = draft.table(f"SELECT {', '.join(columns)} FROM {events.table(all_of(start))}", "starts")
    names = ["began", *breakdown.keys]
    first = f"min(struct_pack({', '.join(f'{name} := {name}' for name in names)}))" if breakdown.keys else "min(began)"
    unpacked = ", ".join(f"first.{name} AS {name}" for name in names) if breakdown.keys else "first AS began"
    return draft.table(
        f"""SELECT *, ({bucket(draft, "began", span.whole, question.unit)})::INTEGER AS bucket
        FROM (SELECT person, {unpacked} FROM (SELECT person, {first} AS first FROM {starts} GROUP BY person))""",
        "firsts",
        kept=True,
    )


def _earlier(question: RetentionQuestion, asking: Asking, span: Span, draft: Draft) -> str:
    """A table of who began before the range, by their nodes."""
    events = Events(draft, span.cohorts._replace(since=_BEGINNING, until=span.cohorts.since))
    start = [f"{events.plain('person')} IS NOT NULL", *_meeting(question, question.start, asking, events)]
    began = f"SELECT DISTINCT person FROM {events.table(all_of(start))}"
    resolved = f"""
        SELECT DISTINCT coalesce(roots.root, began.person) AS person
        FROM ({began}) AS began LEFT JOIN {people.roots(draft)} AS roots ON roots.person = began.person"""
    return people.by_node(draft, draft.table(resolved, "began_before", kept=True))


def _meeting(question: RetentionQuestion, doing: Doing, asking: Asking, events: Events) -> list[str]:
    conditions = asking.conditions
    return [conditions.clause(question.where, events), conditions.of_event(doing.event, doing.where, events)]
