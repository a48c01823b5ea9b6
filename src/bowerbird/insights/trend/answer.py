"""The answer to a trend."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.base import Rows
from bowerbird.insights.question import Asking
from bowerbird.insights.ranges import Period, Range, Unit, following, micros
from bowerbird.insights.trend.compile import GROUPS, Span, compile_trend
from bowerbird.insights.trend.formula import Number, parse
from bowerbird.insights.trend.question import FORMULA, TrendQuestion

MOST_NUMBERS = 200_000
"""Numbers in an answer."""
_EMPTY = {"events": 0, "persons": 0, "sum": 0}
_COUNTS = ("events", "persons")


class Past(Struct, frozen=True):
    """The same in the period before."""

    total: int | float | None
    values: list[int | float | None]
    """One a bucket of `previous_buckets`."""


class Line(Struct, frozen=True, kw_only=True):
    """One series in one group. Numbers are doubles, counts whole numbers."""

    label: str
    """Of the series; `formula` for the formula."""
    group: list[str | None]
    """The group's value of each field of the breakdown: null where it is not set, which is not the text "null".
    Empty without a breakdown, and for the rest."""
    other: bool
    """The rest: all groups beyond `limit`, measured as one."""
    total: int | float | None
    """Of the whole range: measured over all its events, so not always the sum of `values`. Persons who come back are
    one person."""
    values: list[int | float | None]
    """One a bucket. Without events: 0 of events, persons and sums, else null."""
    previous: Past | None
    """With `compare`."""


class Trend(Struct, frozen=True, kw_only=True):
    """Lines of the first series come first, the formula's last; groups by rank, the rest last."""

    unit: Unit
    buckets: list[str]
    """Where each bucket begins, in the question's time zone: a date, or for hours a time with offset. The first and the
    last one may reach beyond the range; only what lies in the range counts."""
    previous_buckets: list[str] | None
    """Of the period before, with `compare`: while the range is not over, as far as this one has come."""
    lines: list[Line]


class _Numbers(NamedTuple):
    total: Number
    values: list[Number]


class _Group(NamedTuple):
    rank: int | None
    keys: list[str | None]


def answer(question: TrendQuestion, asking: Asking) -> Trend:
    period = asking.bounds(question)
    periods = [period] if question.compare is None else [period, _before(period, question.range, asking.moment.now)]
    buckets = [[each.label for each in one.buckets(question.unit)] for one in periods]
    spans = [Span(period, len(labels)) for period, labels in zip(periods, buckets, strict=True)]
    _check_size(question, sum(span.buckets for span in spans))
    rows = asking.rows(compile_trend(question, asking, spans))
    return Trend(
        unit=question.unit,
        buckets=buckets[0],
        previous_buckets=buckets[1] if question.compare else None,
        lines=list(_lines(question, rows, [span.buckets for span in spans])),
    )


def _before(period: Period, range_: Range, now: int) -> Period:
    """The `last` so many months come after as many months, whatever their days. What is still to come of a range has
    nothing to be compared with."""
    before = period.before()
    if range_.last is not None:
        start = following(period.local(period.since), range_.unit, -range_.last)
        before = Period(micros(start), period.since, period.zone)
    return before.up_to(period, now)


def _check_size(question: TrendQuestion, buckets: int) -> None:
    lines = len(question.series) + (question.formula is not None)
    groups = question.limit + 1 if question.breakdown else 1
    if lines * groups * buckets > MOST_NUMBERS:
        raise QuestionInvalidError(
            f"the answer would have {lines * groups * buckets} numbers, more than {MOST_NUMBERS}",
            "Ask for larger buckets, a shorter range, a smaller `limit` or fewer series.",
        )


def _lines(question: TrendQuestion, rows: Rows, lengths: Sequence[int]) -> Iterable[Line]:
    groups = _groups(question, rows)
    measured = _measured(question, rows, groups, lengths)
    count = len(question.series)
    for number, label in enumerate(question.labels()):
        for group in groups:
            yield _line(
                label, group, [measured[group.rank, part] for part in range(number, len(lengths) * count, count)]
            )
    if question.formula is not None:
        for group in groups:
            parts = [measured[group.rank, part] for part in range(len(lengths) * count)]
            yield _line(
                FORMULA, group, _formula(question, [parts[at : at + count] for at in range(0, len(parts), count)])
            )


def _line(label: str, group: _Group, periods: Sequence[_Numbers]) -> Line:
    (total, values), *before = periods
    return Line(
        label=label,
        group=group.keys,
        other=group.rank is None,
        total=total,
        values=values,
        previous=Past(*before[0]) if before else None,
    )


def _groups(question: TrendQuestion, rows: Rows) -> list[_Group]:
    if not question.breakdown:
        return [_Group(0, [])]
    named = sorted((row[2], list(row[4:])) for row in rows if row[0] == GROUPS)
    groups = [_Group(rank, keys) for rank, keys in named]
    return [*groups, _Group(None, [])] if any(row[2] is None for row in rows) else groups


def _measured(
    question: TrendQuestion, rows: Rows, groups: Iterable[_Group], lengths: Sequence[int]
) -> dict[tuple[int | None, int], _Numbers]:
    """The numbers of each (rank, part)."""
    found: dict[tuple[int | None, int], dict[int | None, float]] = {}
    for part, bucket, rank, result, *_ in rows:
        found.setdefault((rank, part), {})[bucket] = result
    count = len(question.series)
    return {
        (group.rank, part): _numbers(
            question.series[part % count].measure, found.get((group.rank, part), {}), lengths[part // count]
        )
        for group in groups
        for part in range(len(lengths) * count)
    }


def _numbers(measure: str, results: dict[int | None, float], length: int) -> _Numbers:
    empty = _EMPTY.get(measure)

    def one(bucket: int | None) -> Number:
        result = results.get(bucket)
        if result is None:
            return empty
        return int(result) if measure in _COUNTS else result

    return _Numbers(one(None), [one(bucket) for bucket in range(length)])


def _formula(question: TrendQuestion, periods: Sequence[Sequence[_Numbers]]) -> list[_Numbers]:
    labels = question.labels()
    formula = parse(question.formula or "", labels)
    return [
        _Numbers(
            formula.value(dict(zip(labels, [each.total for each in series], strict=True))),
            [
                formula.value(dict(zip(labels, values, strict=True)))
                for values in zip(*(each.values for each in series), strict=True)
            ],
        )
        for series in periods
    ]
