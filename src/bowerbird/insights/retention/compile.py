"""Retention as one statement, so that all its numbers are of one moment.

All events are read once, and become one row for each person and bucket (a day, week or month): whether, and when, they
began and came back. Of each person, the buckets in which they came back are the bits of one number. So no cell needs
a look at other rows than its cohort's.
"""

from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.buckets import bucket
from bowerbird.insights.draft import Draft, Statement, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.persons import chosen
from bowerbird.insights.question import Asking
from bowerbird.insights.retention.calendar import Span
from bowerbird.insights.retention.question import RetentionQuestion

_BEGINNING = -62_135_596_800_000_000
"""The year 1."""


def compile_retention(question: RetentionQuestion, asking: Asking, span: Span) -> Statement:
    """Rows: (whole, rank, keys, bucket, size, persons of each period from 0, chosen people). `whole`: of all groups; a
    rank of NULL beside it is the rest of them."""
    draft = asking.draft()
    breakdown = Breakdown(question.breakdown, question.limit)
    rows = _cohorts(question, _doings(question, asking, span, draft), breakdown, draft)
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


def _doings(question: RetentionQuestion, asking: Asking, span: Span, draft: Draft) -> str:
    """One row for each person and bucket: µs of the first start and of the last return, NULL for none, and the keys of
    the first start. With `first_time`, all that was before the range is one bucket, -1."""
    ever = question.mode == "first_time"
    period = span.whole._replace(since=_BEGINNING) if ever else span.whole
    events = Events(draft, period)
    conditions = asking.conditions
    breakdown = Breakdown(question.breakdown, question.limit)
    at = events.plain("occurred_at")
    within = f"{at} < {draft.instant(span.cohorts.until)}"
    start = all_of([conditions.of_event(question.start.event, question.start.where, events), within])
    since = draft.instant(span.cohorts.since)
    back = all_of([conditions.of_event(question.return_.event, question.return_.where, events), f"{at} >= {since}"])
    number = bucket(draft, at, span.whole, question.unit)
    if ever:
        number = f"CASE WHEN {at} < {since} THEN -1 ELSE {number} END"
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


def _cohorts(question: RetentionQuestion, doings: str, breakdown: Breakdown, draft: Draft) -> str:
    """One row for each person in a cohort: its bucket, `again` (whether the person came back within it) and `later`
    (when in the buckets after it)."""
    returned = "bit_or(1::HUGEINT << greatest(bucket, 0))" if question.returned == "on" else "max(bucket)"
    ways = draft.table(
        f"""SELECT person, {returned} FILTER (WHERE back IS NOT NULL) AS returned,
            min(bucket) FILTER (WHERE began IS NOT NULL) AS first
        FROM {doings} GROUP BY person""",
        "ways",
    )
    later = "w.returned >> greatest(d.bucket, 0)" if question.returned == "on" else "w.returned - d.bucket"
    alone = "AND d.bucket = w.first" if question.mode == "first_time" else ""
    keys = "".join(f", d.{key}" for key in breakdown.keys)
    return draft.table(
        f"""SELECT person, d.bucket, coalesce(d.back > d.began, false) AS again, coalesce({later}, 0) AS later{keys}
        FROM {doings} AS d JOIN {ways} AS w USING (person) WHERE d.began IS NOT NULL AND d.bucket >= 0 {alone}""",
        "cohorts",
    )


def _returned(question: RetentionQuestion, period: int) -> str:
    """Whether a row of the cohorts came back in this period."""
    if question.returned == "on":
        return "again" if period == 0 else f"(later >> {period}) & 1 = 1"
    return "again OR later > 0" if period == 0 else f"later >= {period}"
