"""How the answer to a question about retention is shown."""

from collections.abc import Callable

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Table, View, group_name
from bowerbird.console.pages.parts import Column, Heat, HeatRow
from bowerbird.console.pages.parts.numbers import share
from bowerbird.insights.base import Answer
from bowerbird.insights.retention.answer import Cohort, Counted, Retention

COHORTS, CURVE = "cohorts", "curve"
_MODES = (
    Mode(COHORTS, "Cohorts", "grid_on", True),
    Mode(CURVE, "Curve", "show_chart", True),
)
_OPEN = "*"
"""Follows the number of a period that is not over."""


def show(answer: Answer, mode: str, _: int) -> None:
    show_curve(answer)
    if mode == COHORTS:
        show_table(answer, answer.result.everybody)
        return
    counted = _shown(answer.result)
    periods = range(len(counted[0].curve))
    columns = [
        Column("group", "Group", width=170),
        *(Column(f"{at}", _period(answer, at), "share", 105) for at in periods),
    ]
    rows = [[name_of(each, answer), *(point.share for point in each.curve)] for each in counted]
    parts.data_table(columns, rows, "The curve by group")


def show_curve(answer: Answer) -> None:
    """Of all cohorts together, a line a group."""
    retention: Retention = answer.result
    counted = _shown(retention)
    series = [
        {
            "name": name_of(each, answer),
            "type": "line",
            "symbolSize": 6,
            "data": [None if point.share is None else round(point.share * 100, 2) for point in each.curve],
        }
        for each in counted
    ]
    many = len(series) > 1
    options = {
        "xAxis": {"type": "category", "boundaryGap": False, "data": _periods(answer)},
        "yAxis": {"type": "value", "min": 0, "max": 100, "axisLabel": {"formatter": "{value} %"}},
        "series": series,
        "legend": {"show": many, "top": 0, "left": 0, "icon": "circle", "itemWidth": 10, "type": "scroll"},
        "grid": {"left": 8, "right": 24, "top": 40 if many else 16, "bottom": 8, "containLabel": True},
    }
    points = ", ".join(
        f"{_period(answer, at)}: {share(point.share)}" for at, point in enumerate(retention.everybody.curve)
    )
    parts.chart(options, f"Retention of all cohorts whose period is over. {points}.", 260, parts.Said("percent"))


def show_table(answer: Answer, counted: Counted, on_open: Callable[[int, int], None] | None = None) -> None:
    """The cohorts of everybody or of a group; `on_open` is called with the numbers of cohort and period."""
    head = [Column("start", answer.question.unit.capitalize(), width=108), Column("persons", "Persons", "number", 88)]
    rows = [HeatRow([cohort.start, cohort.persons], _cells(cohort)) for cohort in counted.cohorts]
    parts.heat_table(head, _periods(answer), rows, f"Cohorts of {name_of(counted, answer)}", on_open)
    said = f"{_OPEN} The {answer.question.unit} is not over: more may come back. The curve leaves it out."
    opened = "Open a cell for the people who came back, and for those who did not. " if on_open else ""
    parts.note(opened + (said if any(_is_open(cohort) for cohort in counted.cohorts) else ""))


def table_of(answer: Answer, mode: str) -> Table:
    """A row a cohort and period, or a row a point of the curve."""
    retention: Retention = answer.result
    counted = [retention.everybody, *retention.groups]
    group = Column("group", "Group")
    if mode == CURVE:
        columns = [group, *(Column(name, name) for name in ("Period", "Persons", "Of", "Share"))]
        points = [
            [name_of(each, answer), at, point.persons, point.of, point.share]
            for each in counted
            for at, point in enumerate(each.curve)
        ]
        return Table(columns, points)
    names = ("Cohort", "Persons", "Period", "Came back", "Share", "Complete")
    rows = [
        [name_of(each, answer), cohort.start, cohort.persons, at, cell.persons, cell.share, cell.complete]
        for each in counted
        for cohort in each.cohorts
        for at, cell in enumerate(cohort.cells)
        if cell is not None
    ]
    return Table([group, *(Column(name, name) for name in names)], rows)


def name_of(counted: Counted, answer: Answer) -> str:
    if counted.other:
        return "everything else"
    return group_name(answer.question.breakdown, counted.group) if counted.group else "everybody"


def period_name(answer: Answer, period: int) -> str:
    """`week 2`."""
    return _period(answer, period).lower()


def is_empty(answer: Answer) -> bool:
    retention: Retention = answer.result
    return not any(cohort.persons for cohort in retention.everybody.cohorts)


def _shown(retention: Retention) -> list[Counted]:
    return [retention.everybody, *retention.groups]


def _cells(cohort: Cohort) -> list[Heat | None]:
    return [
        None
        if cell is None
        else Heat(f"{share(cell.share)}{'' if cell.complete else _OPEN}", cell.share, not cell.complete)
        for cell in cohort.cells
    ]


def _is_open(cohort: Cohort) -> bool:
    return any(cell is not None and not cell.complete for cell in cohort.cells)


def _periods(answer: Answer) -> list[str]:
    return [_period(answer, at) for at in range(answer.question.periods + 1)]


def _period(answer: Answer, period: int) -> str:
    return f"{answer.question.unit.capitalize()} {period}"


VIEW = View("retention", "/retention", _MODES, show, table_of, is_empty)
