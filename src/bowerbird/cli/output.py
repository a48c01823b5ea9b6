"""What a verb says: one JSON document with `--json`, otherwise something for people."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from bowerbird.clock import SECOND
from bowerbird.errors import BowerbirdError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


class Output:
    """A verb calls `show` exactly once, at its end."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json

    def show(self, document: Any, human: "RenderableType") -> None:
        """The verb's result: `document` (anything msgspec encodes) as JSON, or `human` (text without markup, or
        anything rich renders) on stdout."""
        if self.as_json:
            sys.stdout.write(_json(document))
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
            sys.stderr.write(_json({"error": {"message": str(error), "hint": error.hint}}))
            return
        console = _console(stderr=True)
        console.print(f"error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        if error.hint:
            console.print(f"hint:  {error.hint}", markup=False, highlight=False, soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> "RenderableType":
    """A table, or the sentence `empty` (which tells what to do next) when there are no rows. Cells are shown as
    they are, None as a dash."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    result = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        result.add_column(column, overflow="fold")
    for row in rows:
        result.add_row(*(Text("–" if cell is None else str(cell)) for cell in row))
    return result if result.row_count else empty


def moment(micros: int) -> str:
    """µs since the epoch as an ISO 8601 text to the second, UTC."""
    return datetime.fromtimestamp(micros // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(document: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _console(stderr: bool = False) -> "Console":
    from rich.console import Console

    # Where nobody looks, lines need not fit a screen.
    shown = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if shown else 200)
