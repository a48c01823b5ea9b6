"""The answer to a funnel."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from msgspec import Struct

from bowerbird.clock import SECOND
from bowerbird.insights.base import Numbers
from bowerbird.insights.funnel.attempts import Attempts, best
from bowerbird.insights.funnel.events import looked_at
from bowerbird.insights.funnel.groups import Groups, largest
from bowerbird.insights.funnel.question import AtStep, FunnelQuestion
from bowerbird.insights.persons import Persons, paged
from bowerbird.insights.question import Asking
from bowerbird.insights.sequences import parts
from bowerbird.priority import step_back

_LADDER = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200)
_DAYS = (1, 2, 3, 7, 14, 30, 60, 90, 180)


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
    with asking.snapshot() as snapshot:
        statement, groups = looked_at(question, asking, snapshot)
        with ThreadPoolExecutor(asking.threads, "funnel", step_back) as pool:
            found = best(question, parts(snapshot, statement, pool), asking.stop, pool)
        alone = largest(found.group, question.limit) if groups else []
        return Funnel(
            everybody=_counted(question, found, []),
            groups=_by_group(question, found, alone, groups) if groups else [],
            edges=edges(question.window.seconds),
            people=_people(question.people, found, alone, groups) if question.people else None,
        )


def edges(window: int) -> list[int]:
    """Seconds at which the buckets of the time to convert begin, and the end of the last one: the window itself."""
    ladder = [*_LADDER, *(days * 86_400 for days in _DAYS)]
    return [0, *(edge for edge in ladder if edge < window), window]


def _by_group(question: FunnelQuestion, found: Attempts, alone: Sequence[int], groups: Groups) -> list[Counted]:
    order = np.argsort(found.group, kind="stable")
    begins = np.searchsorted(found.group, alone, "left", sorter=order)
    ends = np.searchsorted(found.group, alone, "right", sorter=order)
    counted = [
        _counted(question, found.only(order[begin:end]), values)
        for begin, end, values in zip(begins, ends, groups.values(alone), strict=True)
    ]
    rest = np.flatnonzero(~np.isin(found.group, alone))
    return [*counted, _counted(question, found.only(rest), [], other=True)] if len(rest) else counted


def _people(wanted: AtStep, found: Attempts, alone: Sequence[int], groups: Groups | None) -> Persons:
    meets = found.depth == wanted.step - 1 if wanted.dropped else found.depth >= wanted.step
    if wanted.other:
        meets &= ~np.isin(found.group, alone)
    if groups and wanted.group is not None:
        meets &= found.group == groups.number(wanted.group)
    return paged(wanted, found.person[meets])


def _counted(question: FunnelQuestion, attempts: Attempts, group: list[str | None], *, other: bool = False) -> Counted:
    persons = attempts.persons()
    last = len(persons)
    whole = attempts.took(1, last)
    buckets, _ = np.histogram(whole, np.array(edges(question.window.seconds)) * SECOND)
    average, median = _typical(whole)
    return Counted(
        group=group,
        other=other,
        steps=[_reached(label, persons, at, attempts) for at, label in enumerate(question.labels())],
        time_to_convert=TimeToConvert(average_seconds=average, median_seconds=median, persons=buckets.tolist()),
    )


def _reached(label: str, persons: Sequence[int], at: int, attempts: Attempts) -> Reached:
    average, median = _typical(attempts.took(at, at + 1)) if at else (None, None)
    return Reached(
        label=label,
        persons=persons[at],
        dropped=persons[at - 1] - persons[at] if at else 0,
        from_previous=_share(persons[at], persons[at - 1]) if at else None,
        from_first=_share(persons[at], persons[0]),
        average_seconds=average,
        median_seconds=median,
    )


def _typical(took: Numbers) -> tuple[float | None, float | None]:
    """Average and median of µs, in seconds."""
    return (float(took.mean()) / SECOND, float(np.median(took)) / SECOND) if len(took) else (None, None)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
