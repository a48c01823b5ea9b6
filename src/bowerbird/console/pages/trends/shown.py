"""How the answer to a trend is shown."""

from typing import Any

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Table, View, group_name
from bowerbird.console.pages.parts import Column
from bowerbird.insights.base import Answer
from bowerbird.insights.trend.answer import Line, Trend
from bowerbird.insights.trend.question import TrendQuestion

_MODES = (
    Mode("line", "Lines", "show_chart", True),
    Mode("bar", "Bars", "bar_chart", True),
    Mode("number", "Numbers", "123", False),
    Mode("table", "Table", "table_rows", False),
)
_MOST_MARKED = 31
"""Buckets up to which each point is marked."""
_MOST_NUMBERS = 24


def show(answer: Answer, mode: str) -> None:
    trend: Trend = answer.result
    match mode:
        case "number":
            _show_numbers(trend, answer.question)
        case "table":
            table = table_of(answer)
            parts.data_table(table.columns, table.rows, "The trend, a row for each step of time")
        case _:
            parts.chart(_chart(answer, mode), _said(answer))
            _summary(answer)


def table_of(answer: Answer, _: str = "table") -> Table:
    """A row a bucket, a column a line; the period before stands beside."""
    trend: Trend = answer.result
    lines = [(name_of(line, answer.question), line) for line in trend.lines]
    columns = [Column("bucket", trend.unit.capitalize(), width=170)]
    values: list[list[Any]] = []
    for name, line in lines:
        columns.append(Column(name, name, "number"))
        values.append(list(line.values))
        if line.previous is not None:
            columns.append(Column(f"{name} before", f"{name}, before", "number"))
            values.append(_fitted(line.previous.values, len(trend.buckets)))
    rows = [[bucket, *(each[at] for each in values)] for at, bucket in enumerate(trend.buckets)]
    return Table(columns, rows)


def name_of(line: Line, question: TrendQuestion) -> str:
    """What a line is called: its series, unless there is one alone, and its group."""
    group = "everything else" if line.other else group_name(question.breakdown, line.group)
    alone = len(question.series) == 1 and question.formula is None
    if line.label == "formula":
        series = question.formula or ""
    else:
        each = question.series[question.labels().index(line.label)]
        of = "" if each.measure in ("events", "persons") else f" {each.of.removeprefix('property:')}"
        series = f"{each.event or 'Any event'}{'' if each.measure == 'events' else f' · {each.measure}{of}'}"
        series = series if alone else f"{line.label} · {series}"
    return (group if alone else f"{series} · {group}") if group else series


def is_empty(answer: Answer) -> bool:
    trend: Trend = answer.result
    return not any(line.total or (line.previous and line.previous.total) for line in trend.lines)


def _chart(answer: Answer, mode: str) -> dict[str, Any]:
    trend: Trend = answer.result
    series: list[dict[str, Any]] = []
    bars = mode == "bar"
    for line in trend.lines:
        name = name_of(line, answer.question)
        made: dict[str, Any] = {"name": name, "type": "bar" if bars else "line", "data": line.values}
        made |= {"barMaxWidth": 48} if bars else {"showSymbol": len(trend.buckets) <= _MOST_MARKED, "symbolSize": 6}
        if bars and answer.question.breakdown and _adds_up(answer.question):
            made["stack"] = line.label
        series.append(made)
    for at, line in enumerate(trend.lines):
        if line.previous is not None:
            before = {
                "name": f"{series[at]['name']}, before",
                "data": _fitted(line.previous.values, len(trend.buckets)),
            }
            dashed = {"lineStyle": {"type": "dashed", "opacity": 0.6}, "itemStyle": {"opacity": 0.5}}
            series.append(series[at] | before | dashed | ({"stack": f"{line.label} before"} if bars else {}))
    return {
        "xAxis": {"type": "category", "data": trend.buckets, "boundaryGap": bars},
        "yAxis": {"type": "value"},
        "series": series,
        "legend": {"show": len(series) > 1, "top": 0, "left": 0, "icon": "circle", "itemWidth": 10, "type": "scroll"},
        "grid": {"left": 20, "right": 36, "top": 40 if len(series) > 1 else 12, "bottom": 8, "containLabel": True},
    }


def _adds_up(question: TrendQuestion) -> bool:
    return question.formula is None and all(each.measure in ("events", "sum") for each in question.series)


def _summary(answer: Answer) -> None:
    """The lines' totals, which is what the legend alone would leave out."""
    trend: Trend = answer.result
    compared = any(line.previous is not None for line in trend.lines)
    columns = [Column("name", "Series"), Column("total", "Total", "number", 110)]
    if compared:
        columns += [Column("before", "Before", "number", 95), Column("change", "Change", "number", 105)]
    rows = [
        (name_of(line, answer.question), line.total, *((_before(line), change(line)) if compared else ()))
        for line in trend.lines
    ]
    parts.data_table(columns, rows, "Totals by series")


def _show_numbers(trend: Trend, question: TrendQuestion) -> None:
    with ui.element("div").classes("figures"):
        for line in trend.lines[:_MOST_NUMBERS]:
            hint = f"{change(line)}, {said(_before(line))} before" if line.previous is not None else ""
            parts.figure(name_of(line, question), said(line.total), hint)
    if len(trend.lines) > _MOST_NUMBERS:
        parts.note(f"And {len(trend.lines) - _MOST_NUMBERS} more: show the table.")


def change(line: Line) -> str:
    """Against the period before: `+12.5 %`."""
    before = _before(line)
    if line.total is None or not before:
        return "–"
    return f"{(line.total - before) / abs(before) * 100:+,.1f} %"


def said(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".removesuffix(".00")


def _before(line: Line) -> float | None:
    return line.previous.total if line.previous is not None else None


def _fitted(values: list[Any], length: int) -> list[Any]:
    """As many as there are buckets now: months differ in days."""
    return [*values[:length], *([None] * (length - len(values)))]


def _said(answer: Answer) -> str:
    trend: Trend = answer.result
    totals = ", ".join(f"{name_of(line, answer.question)}: {said(line.total)}" for line in trend.lines[:10])
    return f"Trend by {trend.unit}, {trend.buckets[0]} to {trend.buckets[-1]}. Over the whole range {totals}."


VIEW = View("trend", "/trends", _MODES, show, table_of, is_empty)
