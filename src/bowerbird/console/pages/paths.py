"""`/paths`: what people do after an event, or before it."""

from typing import Any

from nicegui import ui

from bowerbird.console.pages import asking, parts
from bowerbird.console.pages.asking import Mode, QuestionPage, Table, View
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.parts import Column
from bowerbird.console.pages.parts.chart import COLOURS
from bowerbird.insights.base import Answer
from bowerbird.insights.paths import LONGEST_WITHIN, MOST_NODES, MOST_STEPS, PathNode, PathsResult

_CHART, _TABLE = "flow", "table"
_MODES = (Mode(_CHART, "Flow", "account_tree", True), Mode(_TABLE, "Table", "table_rows", False))
_DIRECTIONS = {"after": "After it", "before": "Before it"}
_ANCHORS = {"": "First, or last before it", "first": "The first", "last": "The last", "every": "Every one"}
_UNITS = {1440: "days", 60: "hours", 1: "minutes"}
_COLLAPSE = {False: "Each event", True: "Repeats as one"}
_OTHER_COLOUR = "#8a93a3"
_ROOM = 135
"""Pixels of a step with its names."""


def build(page: Page) -> None:
    parts.heading("Paths", "What people do after an event, or before it, step by step.")
    QuestionPage(page, VIEW, {"range": {"last": 7}}).build(build_form)


def build_form(page: QuestionPage) -> None:
    document, known = page.document, page.known
    event = document.get("event")
    with asking.group():
        asking.range_picker(known, document.get("range"), lambda range_: page.set(range=range_))
    with asking.group("From"):
        asking.event_picker(known, "Event", event, lambda event: _set_event(page, event))
        asking.conditions(known, document.get("event_where"), lambda where: _set_where(page, where), event)
        asking.choice("Which", _ANCHORS, document.get("anchor", ""), lambda anchor: _set_anchor(page, anchor))
    with asking.group("Way"):
        direction = document.get("direction", "after")
        asking.choice("Look", _DIRECTIONS, direction, lambda direction: page.set(direction=direction))
        with asking.pair():
            _number(page, "steps", "Steps", 3, MOST_STEPS)
            _number(page, "limit", "Names a step", 10, MOST_NODES)
        _within(page)
        collapse = document.get("collapse", False)
        asking.choice("Count", _COLLAPSE, collapse, lambda collapse: page.set(collapse=collapse))
        named = document.get("group_by", "name")
        asking.field_picker(known, "Name steps by", named, lambda field: page.set(group_by=field or "name"))
        _names(page, "exclude", "Leave out")
    asking.filters_group(page, "Filters for all events")


def _set_event(page: QuestionPage, event: str | None) -> None:
    anchor = page.document.get("anchor") if event or page.document.get("event_where") else None
    page.set(event=event, anchor=anchor)


def _set_where(page: QuestionPage, where: dict[str, Any] | None) -> None:
    page.set(event_where=where, anchor=page.document.get("anchor") if where or page.document.get("event") else None)


def _set_anchor(page: QuestionPage, anchor: str) -> None:
    page.set(anchor=anchor)


def _number(page: QuestionPage, name: str, label: str, default: int, most: int) -> None:
    def change(given: float | None) -> None:
        if given is not None and 1 <= given <= most:
            page.set(**{name: int(given)})

    asking.number(label, page.document.get(name, default), change, 1, most)


def _within(page: QuestionPage) -> None:
    minutes = page.document.get("within", 1440)
    chosen = {"unit": next(unit for unit in _UNITS if minutes % unit == 0)}
    chosen["amount"] = minutes // chosen["unit"]

    def change(name: str, given: float | None) -> None:
        if given is not None and given >= 1:
            chosen[name] = int(given)
            page.set(within=min(chosen["amount"] * chosen["unit"], LONGEST_WITHIN))

    with asking.pair():
        asking.number("Within", chosen["amount"], lambda amount: change("amount", amount), 1)
        asking.choice("Unit", _UNITS, chosen["unit"], lambda unit: change("unit", unit))


def _names(page: QuestionPage, part: str, label: str) -> None:
    names = list(page.document.get(part, []))
    asking.event_names(page.known, label, names, lambda names: page.set(**{part: names}))


def show(answer: Answer, mode: str, _: int) -> None:
    paths: PathsResult = answer.result
    if mode == _CHART and paths.links:  # ECharts cannot lay out a single column
        with ui.element("div").classes("wide") as box:
            box.props["tabindex"] = "0"
            box.props["role"] = "group"
            box.props["aria-label"] = "The flow, which scrolls sideways on a narrow screen"
            chart = parts.chart(_chart(paths, answer.question.direction == "before"), _said(answer), _height(paths))
            chart.style(f"min-width: {_ROOM * len(paths.steps)}px")
    columns = [
        Column("step", "Step", "number", 75),
        *(Column("from", "From", width=165), Column("to", "To")),
        Column("paths", "Paths", "number", 95),
        Column("share", "Of them", "share", 105),
    ]
    parts.data_table(columns, table_of(answer).rows, "Links of the paths")


def table_of(answer: Answer, _: str = _TABLE) -> Table:
    """A row a link, and one for the paths that end at a node."""
    paths: PathsResult = answer.result
    links = [(one.source, _name(paths.nodes[one.target]), one.paths) for one in paths.links]
    ends = [(at, "(nothing more)", node.ended) for at, node in enumerate(paths.nodes) if node.ended]
    rows = []
    for source, target, count in sorted(links + ends, key=lambda row: (paths.nodes[row[0]].step, -row[2], row[0])):
        node = paths.nodes[source]
        rows.append([node.step + 1, _name(node), target, count, count / node.paths])
    return Table([Column(name, name) for name in ("Step", "From", "To", "Paths", "Share")], rows)


def is_empty(answer: Answer) -> bool:
    paths: PathsResult = answer.result
    return not paths.nodes


def _chart(paths: PathsResult, backwards: bool) -> dict[str, Any]:
    """Time goes from left to right. A node is as high as its paths; what has no link goes on with nothing more."""
    deepest = max(node.step for node in paths.nodes)
    names = list(dict.fromkeys(_name(node) for node in paths.nodes if not node.other))
    nodes = [
        {
            "name": _unique(node, at),
            "value": node.paths,
            "depth": deepest - node.step if backwards else node.step,
            "itemStyle": {"color": _OTHER_COLOUR if node.other else COLOURS[names.index(_name(node)) % len(COLOURS)]},
        }
        for at, node in enumerate(paths.nodes)
    ]
    ends = [(one.target, one.source) if backwards else (one.source, one.target) for one in paths.links]
    links = [
        {"source": nodes[source]["name"], "target": nodes[target]["name"], "value": one.paths}
        for (source, target), one in zip(ends, paths.links, strict=True)
    ]
    sankey = {
        "type": "sankey",
        "data": nodes,
        "links": links,
        "left": 8,
        "right": 120,
        "top": 16,
        "bottom": 16,
        "nodeGap": 14,
        "draggable": False,
        "label": {"fontSize": 12, "width": 112, "overflow": "truncate", "color": "#888"},
        "lineStyle": {"color": "source", "opacity": 0.2},
        "labelLayout": {"hideOverlap": True},
        "emphasis": {"focus": "adjacency"},
    }
    return {"tooltip": {"trigger": "item"}, "series": [sankey]}


def _height(paths: PathsResult) -> int:
    nodes = [node.step for node in paths.nodes]
    return min(max(300, 40 * max(nodes.count(step) for step in set(nodes))), 900)


def _name(node: PathNode) -> str:
    if node.other:
        return "everything else"
    return "not set" if node.node is None else node.node


def _unique(node: PathNode, at: int) -> str:
    """The chart tells nodes apart by their names: signs that take no room make one of each."""
    return _name(node) + f"{at:b}".translate({ord("0"): "\u200b", ord("1"): "\u200c"})


def _said(answer: Answer) -> str:
    paths: PathsResult = answer.result
    steps = ", ".join(f"step {one.step}: {one.paths:,}" for one in paths.steps)
    return f"Paths {answer.question.direction} the event. Paths that get to {steps}. The table below has the links."


VIEW = View("paths", "/paths", _MODES, show, table_of, is_empty)
