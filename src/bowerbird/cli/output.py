"""What a verb says: one JSON document with `--json`, otherwise something for people."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from bowerbird.cli.printable import printable
from bowerbird.clock import SECOND
from bowerbird.errors import BowerbirdError

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.table import Table

_GAP = 3
"""Blanks between two columns of a table."""
_BROKEN = 24
"""The least width of a column whose cells may break."""


class Output:
    """A verb calls `show` exactly once, at its end."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json

    def show(self, document: Any, human: "RenderableType") -> None:
        """The verb's result: `document` (anything msgspec encodes) as JSON, or `human` (text without markup, or
        anything rich renders) on stdout."""
        if self.as_json:
            _write(sys.stdout, document)
        else:
            _console().print(human, markup=False, highlight=False, soft_wrap=isinstance(human, str))
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """A word on the way, for people: on stderr, and not at all with `--json`."""
        if not self.as_json:
            _console(stderr=True).print(text, markup=False, highlight=False, soft_wrap=True)

    def fail(self, error: BowerbirdError) -> None:
        """Message and hint on stderr: as text, or as `{"error": {"message", "hint"}}`."""
        if self.as_json:
            _write(sys.stderr, {"error": {"message": str(error), "hint": error.hint}})
            return
        console = _console(stderr=True)
        console.print(f"error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        if error.hint:
            console.print(f"hint:  {error.hint}", markup=False, highlight=False, soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> "RenderableType":
    """A table, or the sentence `empty` (which tells what to do next) when there are no rows. None is a dash."""
    cells = [["–" if cell is None else printable(str(cell)) for cell in row] for row in rows]
    return _Table(columns, cells) if cells else empty


class _Table:
    """As wide as its cells. Where the screen is narrower, columns stand closer and break at blanks only, so that an
    id can still be copied; where that is too wide as well, each row is a list of its cells."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._columns = columns
        self._rows = rows

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        if self._width() <= options.max_width:
            yield self._laid_out(close=False)
        elif self._close_width() <= options.max_width:
            yield self._laid_out(close=True)
        else:
            yield from self._lists()

    def _width(self) -> int:
        return sum(_longest(cells) + _GAP for cells in self._by_column()) - _GAP

    def _close_width(self) -> int:
        """The width below which a cell without blanks would have to break."""
        widths = ((_longest(cells), _whole(cells)) for cells in self._by_column())
        return sum((longest if whole else min(longest, _BROKEN)) + 1 for longest, whole in widths) - 1

    def _by_column(self) -> list[list[str]]:
        return [[header, *(row[at] for row in self._rows)] for at, header in enumerate(self._columns)]

    def _laid_out(self, close: bool) -> "Table":
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        result = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0) if close else (0, 1))
        for header, *cells in self._by_column():
            result.add_column(header, overflow="fold", no_wrap=close and _whole([header, *cells]))
        for row in self._rows:
            result.add_row(*map(Text, row))
        return result

    def _lists(self) -> Iterator["RenderableType"]:
        from rich.text import Text

        label = max(map(len, self._columns))
        for number, row in enumerate(self._rows):
            lines = (f"{name:<{label}}  {cell}" for name, cell in zip(self._columns, row, strict=True) if cell)
            yield Text("\n" * bool(number) + "\n".join(lines), overflow="fold")


def _longest(cells: Sequence[str]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, cells))


def _whole(cells: Sequence[str]) -> bool:
    return not any(" " in cell for cell in cells)


def moment(micros: int) -> str:
    """µs since the epoch as an ISO 8601 text to the second, UTC."""
    return datetime.fromtimestamp(micros // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(stream: TextIO, document: Any) -> None:
    """JSON, which is UTF-8 whatever the terminal speaks."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    if hasattr(stream, "buffer"):
        stream.flush()
        stream.buffer.write(text)
    else:
        stream.write(text.decode())


def _console(stderr: bool = False) -> "Console":
    from bowerbird.cli.screen import Screen

    # Where nobody looks, lines need not fit a screen.
    shown = (sys.stderr if stderr else sys.stdout).isatty()
    return Screen(stderr=stderr, width=None if shown else 200)
