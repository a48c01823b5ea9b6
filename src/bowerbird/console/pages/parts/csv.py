"""Rows as a file for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from nicegui import ui

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def download_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Gives the browser a file `name`.csv, in UTF-8 with a byte order mark, as spreadsheets like it."""
    ui.download.content(text(header, rows).encode("utf-8-sig"), f"{name}.csv", "text/csv")


def text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Text that a spreadsheet would take for a formula gets a quote before it: data came from outside."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([_cell(one) for one in header])
    writer.writerows([_cell(one) for one in row] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
