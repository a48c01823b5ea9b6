"""How the answer to a funnel is shown."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Table, View, group_name
from bowerbird.console.pages.parts import Column
from bowerbird.console.pages.parts.numbers import share, span
from bowerbird.insights.base import Answer
from bowerbird.insights.funnel.answer import Counted, Funnel, Reached

TIME, TABLE = "time", "table"
_MODES = (
    Mode("steps", "Steps", "bar_chart", True),
    Mode(TIME, "Time to convert", "timer", True),
    Mode(TABLE, "Table", "table_rows", False),
)
_LEGEND = {"top": 0, "left": 0, "icon": "circle", "itemWidth": 10, "type": "scroll"}
_GRID = {"left": 8, "right": 16, "top": 40, "bottom": 8, "containLabel": True}
_DROPPED = "#8a93a355"
_STEP_NAMES = {"interval": 0, "hideOverlap": True, "overflow": "break", "lineHeight": 17}
_COLUMNS = (
    Column("step", "Step", width=150),
    Column("persons", "Persons", "number", 88),
    Column("previous", "Step to step", "share", 84),
    Column("first", "From first", "share", 84),
    Column("dropped", "Dropped off", "number", 92),
    Column("average", "Average time", "span", 104),
    Column("median", "Median time", "span", 104),
)
_FILE = ("Step", "Persons", "From step before", "From first step", "Dropped off", "Average seconds", "Median seconds")


def show(answer: Answer, mode: str) -> ui.echart | None:
    """The chart of the steps, where that is what is shown."""
    funnel: Funnel = answer.result
    if mode == TABLE:
        return None
    _figures(funnel.everybody)
    if mode == TIME:
        parts.chart(_times(answer), _times_said(funnel))
        return None
    if funnel.groups:
        return parts.chart(_grouped(answer), _said(funnel), said=parts.Said("percent"))
    return parts.chart(_bars(funnel), _said(funnel))


def show_on_boards(answer: Answer, mode: str, _: int) -> None:
    show(answer, mode)
    if mode == TABLE:
        show_steps(answer)


def show_steps(answer: Answer, on_open: Callable[[int], None] | None = None) -> None:
    """The table; `on_open` is called with a row's number."""
    columns = [*_group_column(answer), *_COLUMNS]
    rows = [
        [*_head(counted, answer), *_named(counted, step), *_numbers(counted.steps[step], step)]
        for counted, step in steps_of(answer)
    ]
    parts.pin(parts.data_table(columns, rows, "The funnel by step", on_open), len(columns) - len(_COLUMNS) + 1)


def steps_of(answer: Answer) -> list[tuple[Counted, int]]:
    """What the rows of the table are about."""
    return [(counted, step) for counted in _all(answer.result) for step in range(len(counted.steps))]


def table_of(answer: Answer, mode: str = TABLE) -> Table:
    """A row a step, of everybody and of each group; of the time to convert a row a bucket."""
    funnel: Funnel = answer.result
    groups = _group_column(answer)
    if mode == TIME:
        names = _bucket_names(funnel)
        times = [
            [*_head(each, answer), name, persons]
            for each in _all(funnel)
            for name, persons in zip(names, each.time_to_convert.persons, strict=True)
        ]
        return Table([*groups, Column("time", "Time to convert"), Column("persons", "Persons", "number")], times)
    rows = [
        [*_head(counted, answer), *_named(counted, step), *_numbers(counted.steps[step], step)]
        for counted, step in steps_of(answer)
    ]
    return Table([*groups, *(Column(title, title) for title in _FILE)], rows)


def name_of(counted: Counted, answer: Answer) -> str:
    """A group for people; '' for everybody."""
    return (
        "everything else"
        if counted.other
        else group_name(answer.question.breakdown[: len(counted.group)], counted.group)
    )


def is_empty(answer: Answer) -> bool:
    funnel: Funnel = answer.result
    return not funnel.everybody.steps[0].persons


def _all(funnel: Funnel) -> list[Counted]:
    return [funnel.everybody, *funnel.groups]


def _group_column(answer: Answer) -> list[Column]:
    return [Column("group", "Group", width=120)] if answer.result.groups else []


def _head(counted: Counted, answer: Answer) -> list[str]:
    return [name_of(counted, answer) or "everybody"] if answer.result.groups else []


def _named(counted: Counted, step: int) -> list[str]:
    return [f"{step + 1}. {counted.steps[step].label}"]


def _numbers(reached: Reached, step: int) -> tuple[Any, ...]:
    shares = reached.persons, reached.from_previous, reached.from_first
    return *shares, reached.dropped if step else None, reached.average_seconds, reached.median_seconds


def _figures(counted: Counted) -> None:
    last = counted.steps[-1]
    time = counted.time_to_convert
    with ui.element("div").classes("figures"):
        parts.figure("Conversion", share(last.from_first), f"{last.persons:,} of {counted.steps[0].persons:,} persons")
        parts.figure("Median time", span(time.median_seconds), "from the first step to the last")
        parts.figure("Average time", span(time.average_seconds))


def _bars(funnel: Funnel) -> dict[str, Any]:
    """Of each step those who reached it and, above, those who dropped off before it."""
    steps = funnel.everybody.steps
    dropped = [{"value": each.dropped, "label": {"formatter": _lost(each)}} for each in steps]
    bar = {"type": "bar", "stack": "all", "barMaxWidth": 120, "cursor": "pointer"}
    above = {"show": True, "position": "top", "color": "#888"}
    return {
        "xAxis": {
            "type": "category",
            "data": _named_shares(funnel),
            "axisLabel": _STEP_NAMES | {"width": _width(funnel)},
        },
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            bar | {"name": "Reached", "data": [each.persons for each in steps]},
            bar | {"name": "Dropped off", "data": dropped, "label": above, "itemStyle": {"color": _DROPPED}},
        ],
        "legend": _LEGEND,
        "grid": _GRID,
    }


def _grouped(answer: Answer) -> dict[str, Any]:
    """Of each group and step, the share of the group's first step."""
    funnel: Funnel = answer.result
    series = [
        {
            "name": name_of(each, answer),
            "type": "bar",
            "barMaxWidth": 48,
            "cursor": "pointer",
            "data": [_percent(step.from_first) for step in each.steps],
        }
        for each in funnel.groups
    ]
    axis = {"type": "value", "max": 100, "axisLabel": {"formatter": "{value} %"}}
    return {
        "xAxis": {"type": "category", "data": _names(funnel), "axisLabel": _STEP_NAMES | {"width": _width(funnel)}},
        "yAxis": axis,
        "series": series,
        "legend": _LEGEND,
        "grid": _GRID,
    }


def _times(answer: Answer) -> dict[str, Any]:
    funnel: Funnel = answer.result
    series = [
        {
            "name": name_of(each, answer) or "Persons",
            "type": "bar",
            "stack": "all",
            "barMaxWidth": 64,
            "data": each.time_to_convert.persons,
        }
        for each in funnel.groups or [funnel.everybody]
    ]
    return {
        "xAxis": {"type": "category", "data": _bucket_names(funnel)},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
        "legend": _LEGEND | {"show": len(series) > 1},
        "grid": _GRID | {"top": 40 if len(series) > 1 else 12},
    }


def _names(funnel: Funnel) -> list[str]:
    return [f"{number}. {step.label}" for number, step in enumerate(funnel.everybody.steps, 1)]


def _named_shares(funnel: Funnel) -> list[str]:
    steps = funnel.everybody.steps
    return [f"{name}\n{share(step.from_first)}" for name, step in zip(_names(funnel), steps, strict=True)]


def _width(funnel: Funnel) -> int:
    """Pixels for a step's name, so that three fit into a narrow screen."""
    return 110 if len(funnel.everybody.steps) < 3 else 68


def _bucket_names(funnel: Funnel) -> list[str]:
    return [f"{span(low)} – {span(high)}" for low, high in zip(funnel.edges, funnel.edges[1:], strict=False)]


def _lost(reached: Reached) -> str:
    return f"−{share(1 - reached.from_previous)}" if reached.dropped and reached.from_previous is not None else ""


def _percent(part: float | None) -> float | None:
    return None if part is None else round(part * 100, 2)


def _said(funnel: Funnel) -> str:
    steps = ", ".join(
        f"{name}: {step.persons:,}" for name, step in zip(_names(funnel), funnel.everybody.steps, strict=True)
    )
    return f"Funnel. Persons by step: {steps}."


def _times_said(funnel: Funnel) -> str:
    time = funnel.everybody.time_to_convert
    return f"Time from the first step to the last: {span(time.median_seconds)} in the median."


VIEW = View("funnel", "/funnels", _MODES, show_on_boards, table_of, is_empty)
