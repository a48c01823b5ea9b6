"""Cohorts of those who began again and again: a person may be in many of them, so events become one row for each person
and bucket first."""

from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.buckets import bucket
from bowerbird.insights.draft import Draft, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.question import Asking
from bowerbird.insights.retention.calendar import Span
from bowerbird.insights.retention.question import RetentionQuestion


def cohorts(question: RetentionQuestion, asking: Asking, span: Span, draft: Draft) -> str:
    """As `first_time.cohorts`, one row for each person and bucket with a start."""
    doings = _doings(question, asking, span, draft)
    on = question.returned == "on"
    returned = "bit_or(1::HUGEINT << bucket)" if on else "max(bucket)"
    ways = draft.table(
        f"SELECT person, {returned} AS returned FROM {doings} WHERE back IS NOT NULL GROUP BY person", "ways"
    )
    again = "coalesce(d.back > d.began, false)"
    later = f"CASE WHEN w.returned > d.bucket THEN w.returned - d.bucket WHEN {again} THEN 0 ELSE -1 END"
    if on:
        later = f"(coalesce(w.returned, 0) >> (d.bucket + 1) << 1) + {again}::HUGEINT"
    keys = "".join(f", d.{name}" for name in Breakdown(question.breakdown, question.limit).keys)
    return draft.table(
        f"""SELECT person, d.bucket, {later} AS later{keys}
        FROM {doings} AS d LEFT JOIN {ways} AS w USING (person) WHERE d.began IS NOT NULL""",
        "cohorts",
    )


def _doings(question: RetentionQuestion, asking: Asking, span: Span, draft: Draft) -> str:
    """One row for each person and bucket: when they first began and last came back, NULL for never, and the keys of
    the first start."""
    events = Events(draft, span.whole)
    conditions = asking.conditions
    breakdown = Breakdown(question.breakdown, question.limit)
    at = events.plain("occurred_at")
    within = f"{at} < {draft.instant(span.cohorts.until)}"
    start = all_of([conditions.of_event(question.start.event, question.start.where, events), within])
    back = conditions.of_event(question.return_.event, question.return_.where, events)
    number = bucket(draft, at, span.whole, question.unit)
    keys = breakdown.columns(events, conditions)
    clauses = [f"{events.person()} IS NOT NULL", conditions.clause(question.where, events), f"({start}) OR ({back})"]
    table = events.table(all_of(clauses))
    columns = [
        f"person, ({number})::INTEGER AS bucket",
        f"CASE WHEN {start} THEN {at} END AS began",
        f"CASE WHEN {back} THEN {at} END AS back",
        *keys,
    ]
    noted = draft.table(f"SELECT {', '.join(columns)} FROM {table}", "noted")
    grouped = f"FROM {noted} GROUP BY person, bucket"
    if not keys:
        return draft.table(f"SELECT person, bucket, min(began) AS began, max(back) AS back {grouped}", "doings")
    names = ("began", *breakdown.keys)
    packed = ", ".join(f"{name} := {name}" for name in names)
    firsts = ", ".join(f"first.{name} AS {name}" for name in names)
    first = f"min(struct_pack({packed})) FILTER (WHERE began IS NOT NULL) AS first"
    return draft.table(
        f"SELECT person, bucket, back, {firsts} FROM (SELECT person, bucket, max(back) AS back, {first} {grouped})",
        "doings",
    )
