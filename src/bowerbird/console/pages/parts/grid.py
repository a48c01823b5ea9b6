"""Tables of data: AG Grid, which scrolls inside itself, sorts, and is walked with the arrow keys."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from nicegui import ui
from nicegui.events import GenericEventArguments

from bowerbird.console.pages.parts.numbers import WRITERS, written
from bowerbird.console.pages.parts.once import drawn_once

Kind = Literal["text", "number", "money", "share", "change", "span", "amount", "time", "step", "code", "link"]
_ROW = 40
_MOST_SHOWN = 14
"""Rows that are shown without scrolling."""

_LINK = "params => bowerbird.link(params)"
_TIME = "params => bowerbird.time(params)"
_STEP = "params => bowerbird.moment(params)"
_TIMED = "params => bowerbird.timed(params)"
_ORDER = "bowerbird.order"
_CELL = "params => bowerbird.cell(params)"
_RIGHT = frozenset({*WRITERS, "amount"})
"""Kinds that stand right, and that no column is too narrow for."""


class Column(NamedTuple):
    field: str
    """The row's key, or position where rows are sequences."""
    title: str
    kind: Kind = "text"
    """What it holds: numbers, or decimals as text, of a kind of `parts.numbers`, which are written in the browser; an
    `amount` is written already, and sorted by its number; `time` is ISO 8601 in UTC, shown in the browser's own time;
    `step` is a step of time on the question's clock; `code` is for ids; `link` leads to the row's `href`."""
    width: int | None = None
    """Pixels, more where numbers need them; None: shares what is left."""


def data_table(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any] | Sequence[Any]],
    label: str,
    on_open: Callable[[int], None] | None = None,
) -> ui.aggrid:
    """A table; `label` tells what it shows to those who do not see it. `on_open` is called with a row's number when it
    is clicked, or opened with Enter. Cells are shown as text: data cannot become markup or script.

    A column of kind `link` takes its local path from the row's key `href`.
    """
    grid = framed(columns, [cells(number, row, columns) for number, row in enumerate(rows)], label)
    if on_open is not None:
        grid.classes("opens")
        _opens(grid, on_open)
    return grid


def renew(grid: ui.aggrid, columns: Sequence[Column], rows: Sequence[Mapping[str, Any] | Sequence[Any]]) -> None:
    """Other rows in a table that is shown already; what is focused, sorted or scrolled to stays."""
    data = [cells(number, row, columns) for number, row in enumerate(rows)]
    grid.options["rowData"] = data
    grid.style(_height(len(data)))
    grid.run_grid_method("setGridOption", "rowData", data)
    grid.run_grid_method("refreshCells", {"force": True})  # a link of the same name may lead elsewhere now


def framed(columns: Sequence[Column], data: Sequence[Mapping[str, Any]], label: str) -> ui.aggrid:
    """A grid of rows from `cells`, as high as they are, up to a bound."""
    least = [_least(at, column, data) for at, column in enumerate(columns)]
    made = ui.aggrid(
        {
            "columnDefs": [_definition(at, column, least[at]) for at, column in enumerate(columns)],
            "rowData": list(data),
            "rowHeight": _ROW,
            "headerHeight": _ROW,
            "suppressFieldDotNotation": True,
            "suppressNoRowsOverlay": bool(data),  # it is there for screen readers beside rows, too
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "suppressMovableColumns": True,
            "tooltipShowMode": "whenTruncated",
            "tooltipShowDelay": 400,
            "autoSizeStrategy": {
                "type": "fitGridWidth",
                "columnLimits": [{"colId": f"c{at}", "minWidth": width} for at, width in enumerate(least)],
            },
            ":getRowId": "params => String(params.data.n)",
        },
        auto_size_columns=False,
    )
    grid = drawn_once(made).classes("table")
    grid.style(_height(len(data)))
    grid.props["aria-label"] = label
    grid.props["role"] = "region"
    return grid


def _height(rows: int) -> str:
    return f"height: {(min(max(rows, 1), _MOST_SHOWN) + 1) * _ROW + 4}px"


def _opens(grid: ui.aggrid, on_open: Callable[[int], None]) -> None:
    def opened(event: GenericEventArguments) -> None:
        on_open(int(event.args["rowId"]))

    grid.on("rowClicked", opened, ["rowId"])
    grid.on("bowerbirdEnter", opened, ["rowId"])
    grid.options[":onCellKeyDown"] = (
        f"params => params.event.key === 'Enter' && getElement({grid.id}).$emit('bowerbirdEnter', "
        "{rowId: params.node.id})"
    )


def _least(at: int, column: Column, data: Sequence[Mapping[str, Any]]) -> int:
    """Pixels that a column has at least: its numbers stand whole, a name or an address can be told from others, and,
    unless somebody chose the width, the title can be read."""
    right = column.kind in _RIGHT
    whole = 38 + 8 * max((len(_shown(column, row[f"c{at}"])) for row in data), default=0)
    if column.width is not None:
        return max(column.width, whole)
    return max(90 if right else 170, whole, min(44 + 8 * len(column.title), 220))


def _shown(column: Column, value: Any) -> str:
    """What must stand whole."""
    if column.kind in WRITERS:
        return written(column.kind, value)
    return str(value or "") if column.kind in ("amount", "step") else ""


def _definition(at: int, column: Column, least: int) -> dict[str, Any]:
    """Fields are numbered: a field's name may come from outside, and the grid takes a name with a colon for code."""
    made: dict[str, Any] = {"field": f"c{at}", "headerName": column.title, "cellDataType": False, "sortable": True}
    made |= {"headerTooltip": column.title, "wrapHeaderText": True}
    made |= {":comparator": _ORDER, ":tooltipValueGetter": _CELL}
    if column.width is not None:
        made |= {"width": least, "suppressSizeToFit": True}
    if column.kind in _RIGHT:
        made |= {"type": "rightAligned", "minWidth": least}
    if column.kind in WRITERS:
        made[":valueFormatter"] = f"params => bowerbird.written.{column.kind}(params.value)"
    match column.kind:
        case "time":
            made |= {":valueFormatter": _TIME, ":headerValueGetter": _TIMED}
            made["headerTooltip"] = f"{column.title}, in the time zone of this browser"
        case "step":
            made[":valueFormatter"] = _STEP
        case "code":
            made["cellClass"] = "code"
        case "link":
            made[":cellRenderer"] = _LINK
    return made


def cells(number: int, row: Mapping[str, Any] | Sequence[Any], columns: Sequence[Column]) -> dict[str, Any]:
    """A row as the grid holds it: plain values by column number, `n`, its number, and `href`."""
    if isinstance(row, Mapping):
        made = {f"c{at}": _plain(row.get(column.field)) for at, column in enumerate(columns)}
        return made | {"n": number, "href": str(row.get("href", ""))}
    return {f"c{at}": _plain(row[at]) for at in range(len(columns))} | {"n": number}


def _plain(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)  # a browser's numbers would lose digits
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def pin(grid: ui.aggrid, columns: int) -> None:
    """Keeps the first columns in sight while the others scroll, where there is room for it."""
    for definition in grid.options["columnDefs"][:columns]:
        definition["pinned"] = "left"
