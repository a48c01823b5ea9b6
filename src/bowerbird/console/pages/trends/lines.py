"""The chart of a trend."""

from typing import Any

from bowerbird.console.pages.asking import Steps, group_name
from bowerbird.console.pages.asking.steps import FAINT
from bowerbird.console.pages.parts.chart import COLOURS
from bowerbird.insights.base import Answer
from bowerbird.insights.trend.answer import Line, Trend
from bowerbird.insights.trend.question import TrendQuestion

_MOST_MARKED = 31
"""Buckets up to which each point is marked."""
Options = dict[str, Any]


def chart_of(answer: Answer, bars: bool, steps: Steps) -> Options:
    """What is still to come has no number; what is not over, and the period before, is dashed or faint."""
    trend: Trend = answer.result
    series: list[Options] = []
    for at, line in enumerate(trend.lines):
        series += _drawn(answer, line, COLOURS[at % len(COLOURS)], bars, steps)
    for at, line in enumerate(trend.lines):
        if line.previous is not None:
            series.append(_before(answer, line, COLOURS[at % len(COLOURS)], bars))
    many = len({each["name"] for each in series}) > 1
    return {
        "xAxis": {"type": "category", "data": trend.buckets, "boundaryGap": bars},
        "yAxis": {"type": "value"},
        "series": series,
        "legend": {"show": many, "top": 0, "left": 0, "icon": "circle", "itemWidth": 10, "type": "scroll"},
        "grid": {"left": 20, "right": 36, "top": 40 if many else 12, "bottom": 8, "containLabel": True},
    }


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


def fitted(values: list[Any], length: int) -> list[Any]:
    """As many as there are buckets now: months differ in days, and the period before ends where this one is now."""
    return [*values[:length], *([None] * (length - len(values)))]


def _drawn(answer: Answer, line: Line, colour: str, bars: bool, steps: Steps) -> list[Options]:
    values = steps.past(line.values)
    made = _look(answer, line, bars) | {"name": name_of(line, answer.question), "color": colour}
    last = steps.begun - 1
    if bars or not steps.is_open:
        return [made | {"data": steps.bars(line.values)}]
    tail = [value if last - 1 <= at <= last else None for at, value in enumerate(values)]
    whole = made | {"data": [value if at < last else None for at, value in enumerate(values)]}
    return [whole, made | {"data": tail, "lineStyle": {"type": "dashed"}, "showSymbol": True}]


def _before(answer: Answer, line: Line, colour: str, bars: bool) -> Options:
    trend: Trend = answer.result
    assert line.previous is not None
    made = _look(answer, line, bars) | {
        "name": f"{name_of(line, answer.question)}, before",
        "color": colour,
        "data": fitted(line.previous.values, len(trend.buckets)),
        "lineStyle": {"type": "dashed", "opacity": 0.6},
        "itemStyle": {"opacity": FAINT},
    }
    return made | ({"stack": f"{line.label} before"} if bars else {})


def _look(answer: Answer, line: Line, bars: bool) -> Options:
    if not bars:
        return {"type": "line", "showSymbol": len(answer.result.buckets) <= _MOST_MARKED, "symbolSize": 6}
    stacked = answer.question.breakdown and _adds_up(answer.question)
    return {"type": "bar", "barMaxWidth": 48} | ({"stack": line.label} if stacked else {})


def _adds_up(question: TrendQuestion) -> bool:
    return question.formula is None and all(each.measure in ("events", "sum") for each in question.series)
