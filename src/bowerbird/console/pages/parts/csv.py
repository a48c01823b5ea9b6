"""Rows as a file for spreadsheets."""

from collections.abc import Iterable, Sequence
from typing import Any

from nicegui import ui

from bowerbird.insights.spreadsheet import csv_text


def download_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Gives the browser a file `name`.csv, in UTF-8 with a byte order mark, as spreadsheets like it."""
    ui.download.content(csv_text([header, *rows]).encode("utf-8-sig"), f"{name}.csv", "text/csv")
