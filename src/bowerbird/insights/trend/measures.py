"""Each measure in two stages: what is kept of the events of a bucket and group, and what that comes to.

The second stage runs over any part of the first's rows, so that totals and the rest of a breakdown are measured
over their own events: different persons, not sums of persons.
"""

from typing import NamedTuple

from bowerbird.insights.draft import Draft
from bowerbird.insights.events import Events
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.trend.question import Series


class Stages(NamedTuple):
    kept: str
    """Selected by bucket and group."""
    grouped: bool
    """Whether `kept` is an aggregate."""
    where: str
    """Events that are measured."""
    result: str
    """An aggregate of what was kept, DOUBLE."""


def stages(series: Series, events: Events, draft: Draft) -> Stages:
    measure = series.measure
    if measure == "events":
        return Stages("count(*) AS n", True, "true", "sum(n)::DOUBLE")
    if measure == "persons":
        person = events.person()
        return Stages(f"DISTINCT {person} AS person", False, f"{person} IS NOT NULL", "count(DISTINCT person)::DOUBLE")
    number = events.plain("value") if series.of == "value" else events.number(parse_field(series.of))
    where = f"({number}) IS NOT NULL"
    if measure == "sum":
        return Stages(f"sum({number}) AS x", True, where, "sum(x)::DOUBLE")
    if measure == "average":
        kept = f"sum({number}) AS x, count(*) AS n"
        return Stages(kept, True, where, "sum(x)::DOUBLE / sum(n)")
    if measure == "percentile":
        part = draft.bind(series.percentile / 100)
        return Stages(f"({number})::DOUBLE AS x", False, where, f"quantile_cont(x, {part})")
    function = "min" if measure == "minimum" else "max"
    return Stages(f"{function}({number}) AS x", True, where, f"{function}(x)::DOUBLE")
