"""What pages are built of, besides NiceGUI's own elements."""

from bowerbird.console.pages.parts.chart import chart
from bowerbird.console.pages.parts.csv import download_csv
from bowerbird.console.pages.parts.dialogs import ask_first, dialog
from bowerbird.console.pages.parts.grid import Column, data_table
from bowerbird.console.pages.parts.messages import empty_state, failure, tell
from bowerbird.console.pages.parts.text import code_line, copy_button, figure, heading, link, note, section

__all__ = [
    "Column",
    "ask_first",
    "chart",
    "code_line",
    "copy_button",
    "data_table",
    "dialog",
    "download_csv",
    "empty_state",
    "failure",
    "figure",
    "heading",
    "link",
    "note",
    "section",
    "tell",
]
