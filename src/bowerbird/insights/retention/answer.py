"""The answer to retention: a table of cohorts by periods, and its curve."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from bowerbird.insights.persons import Persons, page
from bowerbird.insights.question import Asking
from bowerbird.insights.retention.calendar import Calendar
from bowerbird.insights.retention.compile import compile_retention
from bowerbird.insights.retention.question import RetentionQuestion


class Cell(Struct, frozen=True, kw_only=True):
    persons: int
    """Of the cohort, who came back in this period."""
    share: float | None
    """0 to 1; null for a cohort of nobody."""
    complete: bool
    """Whether the period is over; if not, more may come back."""


class Cohort(Struct, frozen=True, kw_only=True):
    start: str
    """The date on which its day, week or month begins; it may begin before the range, and then only those who began
    in the range are in it."""
    persons: int
    cells: list[Cell | None]
    """One a period, from 0; null for a period that has not begun."""


class Point(Struct, frozen=True, kw_only=True):
    """One period of the curve: over all cohorts whose cell is complete, each weighing as much as it has persons."""

    share: float | None
    """Null without persons."""
    persons: int
    """Who came back."""
    of: int
    """Persons of these cohorts."""


class Counted(Struct, frozen=True, kw_only=True):
    """The retention of everybody, or of one group."""

    group: list[str | None]
    """The group's value of each field of the breakdown: null where it is not set, which is not the text "null".
    Empty for everybody, and for the rest."""
    other: bool
    """The rest: all groups beyond `limit`."""
    cohorts: list[Cohort]
    """Of every day, week or month of the range, oldest first."""
    curve: list[Point]
    """One a period, from 0."""


class Retention(Struct, frozen=True, kw_only=True):
    everybody: Counted
    groups: list[Counted]
    """With a breakdown: by rank, the rest last. A person is in one group a cohort."""
    people: Persons | None
    """With `people`."""


def answer(question: RetentionQuestion, asking: Asking) -> Retention:
    calendar = Calendar.of(question, asking)
    rows = asking.rows(compile_retention(question, asking, calendar.span(question)))
    found: dict[tuple[bool, int | None], list[Sequence[Any]]] = {(True, None): []}
    for row in rows:
        if row[3] is not None:
            found.setdefault((row[0], row[1]), []).append(row)
    ranks = sorted((rank for whole, rank in found if not whole), key=lambda rank: (rank is None, rank))
    people = None
    if question.people is not None:
        people = page(question.people, next(row[-1] for row in rows if row[3] is None))
    return Retention(
        everybody=_counted(question, calendar, found[True, None]),
        groups=[_counted(question, calendar, found[False, rank]) for rank in ranks],
        people=people,
    )


def _counted(question: RetentionQuestion, calendar: Calendar, rows: Sequence[Sequence[Any]]) -> Counted:
    sizes = {row[3]: (row[4], row[5]) for row in rows}
    nobody = (0, [0] * (question.periods + 1))
    cohorts = [
        _cohort(calendar, number, label, *sizes.get(number, nobody)) for number, label in enumerate(calendar.labels)
    ]
    whole, rank, keys = rows[0][:3] if rows else (True, None, [])
    return Counted(
        group=[] if rank is None else keys,
        other=rank is None and not whole,
        cohorts=cohorts,
        curve=[_point(cohorts, period) for period in range(question.periods + 1)],
    )


def _cohort(calendar: Calendar, number: int, label: str, size: int, came: Sequence[int]) -> Cohort:
    cells = [
        Cell(persons=persons, share=_share(persons, size), complete=calendar.is_over(number + period))
        if calendar.has_begun(number + period)
        else None
        for period, persons in enumerate(came)
    ]
    return Cohort(start=label, persons=size, cells=cells)


def _point(cohorts: Sequence[Cohort], period: int) -> Point:
    complete = [(cohort, cell) for cohort in cohorts if (cell := cohort.cells[period]) and cell.complete]
    persons = sum(cell.persons for _, cell in complete)
    of = sum(cohort.persons for cohort, _ in complete)
    return Point(share=_share(persons, of), persons=persons, of=of)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
