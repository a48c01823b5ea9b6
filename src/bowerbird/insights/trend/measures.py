"""Each measure in two stages: what is kept of the events of a bucket and group, and what that comes to.

The second stage runs over any part of the first's rows, so that totals and the rest of a breakdown are measured
over their own events: different persons, not sums of persons.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from bowerbird.insights.draft import Draft
from bowerbird.insights.events import Events
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.trend import persons
from bowerbird.insights.trend.question import Series

BY_BUCKET = ("bucket",)


class Stages(NamedTuple):
    taken: tuple[str, ...]
    """Of each event, beside its bucket and keys."""
    where: str
    """Events that are measured."""
    by: tuple[str, ...] | None
    """What rows are kept by, beside the keys; None: every event is one."""
    kept: tuple[str, ...]
    total: str
    """An aggregate of kept rows of one group: its result over the whole period."""
    results: Callable[[Draft, str], str]
    """SQL for `bucket`, `rank` and `result` of a table of kept rows and their ranks; NULL: the whole period."""
    joined: Callable[[Draft, str, Sequence[str]], str] | None = None
    """SQL for the rows to keep, of a table of what was kept by `by` and keys."""


def stages(series: Series, events: Events, draft: Draft, buckets: int) -> Stages:
    measure = series.measure
    if measure == "events":
        return _simple((), "true", ("count(*) AS n",), "sum(n)::DOUBLE")
    if measure == "persons":
        return _persons(events, buckets)
    number = events.plain("value") if series.of == "value" else events.number(parse_field(series.of))
    taken, where = (f"{number} AS x",), f"({number}) IS NOT NULL"
    if measure == "sum":
        return _simple(taken, where, ("sum(x) AS x",), "sum(x)::DOUBLE")
    if measure == "average":
        return _simple(taken, where, ("sum(x) AS x", "count(*) AS n"), "sum(x)::DOUBLE / sum(n)")
    if measure == "percentile":
        total = f"quantile_cont(x::DOUBLE, {draft.bind(series.percentile / 100)})"
        return Stages(taken, where, None, ("x", "bucket"), total, partial(_by_bucket, total))
    function = "min" if measure == "minimum" else "max"
    return _simple(taken, where, (f"{function}(x) AS x",), f"{function}(x)::DOUBLE")


def _simple(taken: tuple[str, ...], where: str, kept: tuple[str, ...], total: str) -> Stages:
    return Stages(taken, where, BY_BUCKET, kept, total, partial(_by_bucket, total))


def _persons(events: Events, buckets: int) -> Stages:
    if buckets > persons.MOST_BUCKETS:
        total = "count(DISTINCT person)::DOUBLE"
        resolved = (f"{events.person()} AS person", "bucket")
        return Stages(("person",), "person IS NOT NULL", None, resolved, total, partial(_by_bucket, total))
    # Merges are followed once a person rather than once an event; where a condition has followed them, nothing is left
    person, kept = events.plain("person"), persons.words(buckets)
    results, joined = partial(persons.results, buckets), partial(persons.merged, buckets)
    return Stages((person,), f"{person} IS NOT NULL", ("person",), kept, "count(*)::DOUBLE", results, joined)


def _by_bucket(total: str, _: Draft, ranked: str) -> str:
    return f"SELECT bucket, rank, {total} AS result FROM {ranked} GROUP BY GROUPING SETS ((rank, bucket), (rank))"
