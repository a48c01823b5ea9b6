"""The answer to a funnel."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from bowerbird.insights.funnel.compile import compile_funnel, edges
from bowerbird.insights.funnel.question import FunnelQuestion
from bowerbird.insights.persons import Persons, page
from bowerbird.insights.question import Asking


class Reached(Struct, frozen=True, kw_only=True):
    """One step."""

    label: str
    persons: int
    """Who reached it."""
    dropped: int
    """Who reached the step before and not this one; 0 for the first."""
    from_previous: float | None
    """`persons` by those of the step before, 0 to 1; null for the first step, and where that is 0."""
    from_first: float | None
    """`persons` by those of the first step; null where that is 0."""
    average_seconds: float | None
    """From the step before, of those who reached this one; null for the first step, and for nobody."""
    median_seconds: float | None


class TimeToConvert(Struct, frozen=True, kw_only=True):
    """From the first step to the last, of those who reached the last."""

    average_seconds: float | None
    median_seconds: float | None
    persons: list[int]
    """One a bucket between two of the answer's `edges`."""


class Counted(Struct, frozen=True, kw_only=True):
    """A funnel of everybody, or of one group."""

    group: list[str | None]
    """The group's value of each field of the breakdown: null where it is not set, which is not the text "null".
    Empty for everybody, and for the rest."""
    other: bool
    """The rest: all groups beyond `limit`."""
    steps: list[Reached]
    time_to_convert: TimeToConvert


class Funnel(Struct, frozen=True, kw_only=True):
    everybody: Counted
    groups: list[Counted]
    """With a breakdown: by rank, the rest last. Every person is in one of them."""
    edges: list[int]
    """Seconds between which the buckets of `time_to_convert` lie, one more than there are buckets: each begins at its
    edge and ends before the next; the last one includes the window itself."""
    people: Persons | None
    """With `people`."""


def answer(question: FunnelQuestion, asking: Asking) -> Funnel:
    rows = asking.rows(compile_funnel(question, asking))
    labels = question.labels()
    groups = sorted((row for row in rows if not row[0]), key=lambda row: (row[1] is None, row[1]))
    everybody = next(row for row in rows if row[0])
    return Funnel(
        everybody=_counted(everybody, labels, []),
        groups=[_counted(row, labels, [] if row[1] is None else row[2]) for row in groups],
        edges=edges(question.window.seconds),
        people=page(question.people, everybody[-1]) if question.people else None,
    )


def _counted(row: Sequence[Any], labels: Sequence[str], group: list[str | None]) -> Counted:
    whole, rank, _, persons, averages, medians, average, median, beyond, _ = row
    buckets = [here - after for here, after in zip(beyond, [*beyond[1:], 0], strict=True)]
    steps = [
        Reached(
            label=label,
            persons=persons[at],
            dropped=persons[at - 1] - persons[at] if at else 0,
            from_previous=_share(persons[at], persons[at - 1]) if at else None,
            from_first=_share(persons[at], persons[0]),
            average_seconds=_seconds(averages[at - 1]) if at else None,
            median_seconds=_seconds(medians[at - 1]) if at else None,
        )
        for at, label in enumerate(labels)
    ]
    time = TimeToConvert(average_seconds=_seconds(average), median_seconds=_seconds(median), persons=buckets)
    return Counted(group=group, other=rank is None and not whole, steps=steps, time_to_convert=time)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _seconds(micros: float | None) -> float | None:
    return None if micros is None else micros / 1_000_000
