"""Tables of shares: the larger a share, the stronger its cell's colour."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from nicegui import ui
from nicegui.events import GenericEventArguments

from bowerbird.console.pages.parts.grid import Column, cells, framed, pin

LEVELS = 10
_LEAST = 84
"""Pixels: room for a share and its asterisk; longer titles of columns take more."""

_CLASS = "params => params.data.heat[params.colDef.field] || ''"


class Heat(NamedTuple):
    """A cell."""

    text: str
    share: float | None
    """0 to 1; None: no colour."""
    is_open: bool = False
    """Marks the cell: its number may still change."""


class HeatRow(NamedTuple):
    head: Sequence[Any]
    cells: Sequence[Heat | None]


def heat_table(
    head: Sequence[Column],
    columns: Sequence[str],
    rows: Sequence[HeatRow],
    label: str,
    on_open: Callable[[int, int], None] | None = None,
) -> ui.aggrid:
    """`columns`: titles of the cells' columns, which follow those of `head`. `on_open` is called with the numbers of
    row and column of a cell that is clicked, or opened with Enter."""
    width = max([_LEAST, *(40 + 9 * len(title) for title in columns)])
    all_columns = [*head, *(Column(f"cell {at}", title, width=width) for at, title in enumerate(columns))]
    grid = framed(all_columns, [_data(number, row, all_columns) for number, row in enumerate(rows)], label)
    for definition in grid.options["columnDefs"][len(head) :]:
        definition |= {"sortable": False, ":cellClass": _CLASS}
    pin(grid, 1)
    if on_open is not None:
        _opens(grid, len(head), on_open)
    return grid


def _data(number: int, row: HeatRow, columns: Sequence[Column]) -> dict[str, Any]:
    made = cells(number, [*row.head, *("" if cell is None else cell.text for cell in row.cells)], columns)
    heat = {f"c{len(row.head) + at}": _class(cell) for at, cell in enumerate(row.cells) if cell is not None}
    return made | {"heat": heat}


def _class(cell: Heat) -> str:
    level = "" if cell.share is None else f"heat-{round(min(max(cell.share, 0), 1) * LEVELS)}"
    return f"heat {level}{' heat-open' if cell.is_open else ''}"


def _opens(grid: ui.aggrid, head: int, on_open: Callable[[int, int], None]) -> None:
    def opened(event: GenericEventArguments) -> None:
        column = int(str(event.args["colId"]).removeprefix("c")) - head
        if column >= 0:
            on_open(int(event.args["rowId"]), column)

    grid.classes("opens")
    grid.on("cellClicked", opened, ["rowId", "colId"])
    grid.on("bowerbirdEnter", opened, ["rowId", "colId"])
    grid.options[":onCellKeyDown"] = (
        f"params => params.event.key === 'Enter' && getElement({grid.id}).$emit('bowerbirdEnter', "
        "{rowId: params.node.id, colId: params.column.getColId()})"
    )
