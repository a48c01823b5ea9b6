"""How the answer to a trend is shown."""

from typing import Any

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Steps, Table, View, open_note, steps
from bowerbird.console.pages.parts import Column
from bowerbird.console.pages.parts import numbers as written
from bowerbird.console.pages.trends.lines import chart_of, fitted, name_of
from bowerbird.insights.base import Answer
from bowerbird.insights.trend.answer import Line, Trend
from bowerbird.insights.trend.question import TrendQuestion

_MODES = (
    Mode("line", "Lines", "show_chart", True),
    Mode("bar", "Bars", "bar_chart", True),
    Mode("number", "Numbers", "123", False),
    Mode("table", "Table", "table_rows", False),
)
_MOST_NUMBERS = 24


def show(answer: Answer, mode: str, now: int) -> None:
    trend: Trend = answer.result
    passed = steps(trend.buckets, trend.unit, answer.timezone, now)
    match mode:
        case "number":
            _show_numbers(trend, answer.question)
        case "table":
            _show_table(answer, passed)
        case _:
            options = chart_of(answer, mode == "bar", passed)
            parts.chart(options, _said(answer), said=parts.Said(unit=trend.unit))
            _summary(answer)
    if said := _remarks(answer, passed):
        parts.note(said)


def table_of(answer: Answer, _: str = "table") -> Table:
    """A row a bucket, a column a line; the period before stands beside."""
    trend: Trend = answer.result
    lines = [(name_of(line, answer.question), line) for line in trend.lines]
    columns = [Column("bucket", trend.unit.capitalize(), "step", 150)]
    values: list[list[Any]] = []
    for name, line in lines:
        columns.append(Column(name, name, "number"))
        values.append(list(line.values))
        if line.previous is not None:
            columns.append(Column(f"{name} before", f"{name}, before", "number"))
            values.append(fitted(line.previous.values, len(trend.buckets)))
    rows = [[bucket, *(each[at] for each in values)] for at, bucket in enumerate(trend.buckets)]
    return Table(columns, rows)


def is_empty(answer: Answer) -> bool:
    trend: Trend = answer.result
    return not any(line.total or (line.previous and line.previous.total) for line in trend.lines)


def change(line: Line) -> float | None:
    """Against the period before: 0.125 is an eighth more."""
    before = _before(line)
    if line.total is None or not before:
        return None
    return (line.total - before) / abs(before)


def _show_table(answer: Answer, passed: Steps) -> None:
    """Without the steps that are still to come."""
    table = table_of(answer)
    parts.data_table(table.columns, table.rows[: passed.begun], "The trend, a row for each step of time")


def _summary(answer: Answer) -> None:
    """The lines' totals, which is what the legend alone would leave out."""
    trend: Trend = answer.result
    compared = any(line.previous is not None for line in trend.lines)
    columns = [Column("name", "Series"), Column("total", "Total", "number", 110)]
    if compared:
        columns += [Column("before", "Before", "number", 95), Column("change", "Change", "change", 105)]
    rows = [
        (name_of(line, answer.question), line.total, *((_before(line), change(line)) if compared else ()))
        for line in trend.lines
    ]
    parts.data_table(columns, rows, "Totals by series")


def _show_numbers(trend: Trend, question: TrendQuestion) -> None:
    with ui.element("div").classes("figures"):
        for line in trend.lines[:_MOST_NUMBERS]:
            parts.figure(name_of(line, question), written.number(line.total), _against(line))
    if len(trend.lines) > _MOST_NUMBERS:
        parts.note(f"And {len(trend.lines) - _MOST_NUMBERS} more: show the table.")


def _against(line: Line) -> str:
    if line.previous is None:
        return ""
    before = line.previous.total
    changed = change(line)
    if changed is None:
        return f"{written.number(before)} before" if before is not None else "nothing before"
    return f"{written.change(changed)}, {written.number(before)} before"


def _before(line: Line) -> float | None:
    return line.previous.total if line.previous is not None else None


def _remarks(answer: Answer, passed: Steps) -> str:
    trend: Trend = answer.result
    if not passed.is_open:
        return ""
    compared = trend.previous_buckets is not None
    return open_note(trend.unit) + compared * " The period before counts up to the same point of its time."


def _said(answer: Answer) -> str:
    trend: Trend = answer.result
    totals = ", ".join(f"{name_of(line, answer.question)}: {written.number(line.total)}" for line in trend.lines[:10])
    return f"Trend by {trend.unit}, {trend.buckets[0]} to {trend.buckets[-1]}. Over the whole range {totals}."


VIEW = View("trend", "/trends", _MODES, show, table_of, is_empty)
