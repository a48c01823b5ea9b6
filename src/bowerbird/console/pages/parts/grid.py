"""Tables of data: AG Grid, which scrolls inside itself, sorts, and is walked with the arrow keys."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from nicegui import ui
from nicegui.events import GenericEventArguments

from bowerbird.console.pages.parts.once import drawn_once

Kind = Literal["text", "number", "time", "code", "link"]
_ROW = 40
_MOST_SHOWN = 14
"""Rows that are shown without scrolling."""

_LINK = "params => bowerbird.link(params)"
_TIME = "params => bowerbird.time(params)"
_NUMBER = "params => bowerbird.number(params)"


class Column(NamedTuple):
    field: str
    """The row's key, or position where rows are sequences."""
    title: str
    kind: Kind = "text"
    """`number` stands right with separators; `time` is ISO 8601 in UTC, shown in the browser's own time; `code` is
    for ids; `link` leads to the row's `href`."""
    width: int | None = None
    """Pixels; None: shares what is left."""


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


def framed(columns: Sequence[Column], data: Sequence[Mapping[str, Any]], label: str) -> ui.aggrid:
    """A grid of rows from `cells`, as high as they are, up to a bound."""
    made = ui.aggrid(
        {
            "columnDefs": [_definition(at, column) for at, column in enumerate(columns)],
            "rowData": list(data),
            "rowHeight": _ROW,
            "headerHeight": _ROW,
            "suppressFieldDotNotation": True,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "suppressMovableColumns": True,
            "autoSizeStrategy": {"type": "fitGridWidth", "columnLimits": [*map(_limit, enumerate(columns))]},
            ":getRowId": "params => String(params.data.n)",
        },
        auto_size_columns=False,
    )
    grid = drawn_once(made).classes("table")
    grid.style(f"height: {(min(max(len(data), 1), _MOST_SHOWN) + 1) * _ROW + 4}px")
    grid.props["aria-label"] = label
    grid.props["role"] = "region"
    return grid


def _opens(grid: ui.aggrid, on_open: Callable[[int], None]) -> None:
    def opened(event: GenericEventArguments) -> None:
        on_open(int(event.args["rowId"]))

    grid.on("rowClicked", opened, ["rowId"])
    grid.on("bowerbirdEnter", opened, ["rowId"])
    grid.options[":onCellKeyDown"] = (
        f"params => params.event.key === 'Enter' && getElement({grid.id}).$emit('bowerbirdEnter', "
        "{rowId: params.node.id})"
    )


def _limit(numbered: tuple[int, Column]) -> dict[str, Any]:
    """What a column without a width has at least: a name or an address must be told from others, a title be read."""
    at, column = numbered
    title = min(44 + 8 * len(column.title), 220)
    return {"colId": f"c{at}", "minWidth": max(90 if column.kind == "number" else 170, title)}


def _definition(at: int, column: Column) -> dict[str, Any]:
    """Fields are numbered: a field's name may come from outside, and the grid takes a name with a colon for code."""
    made: dict[str, Any] = {"field": f"c{at}", "headerName": column.title, "cellDataType": False, "sortable": True}
    made["headerTooltip"] = column.title
    if column.width is not None:
        made |= {"width": column.width, "suppressSizeToFit": True}
    match column.kind:
        case "number":
            made |= {"type": "rightAligned", ":valueFormatter": _NUMBER}
        case "time":
            made[":valueFormatter"] = _TIME
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
    return str(value)
