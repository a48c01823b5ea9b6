"""What pages are built of, besides NiceGUI's own elements."""

from bowerbird.console.pages.parts.ahead import load_ahead
from bowerbird.console.pages.parts.chart import Said, chart
from bowerbird.console.pages.parts.csv import download_csv
from bowerbird.console.pages.parts.dialogs import Then, ask_first, dialog, show_secret
from bowerbird.console.pages.parts.facts import facts, fields, happened, json_block, timeline, when
from bowerbird.console.pages.parts.focus import take_focus
from bowerbird.console.pages.parts.grid import Column, data_table, pin, renew
from bowerbird.console.pages.parts.heat import Heat, HeatRow, heat_table
from bowerbird.console.pages.parts.messages import empty_state, failure, tell, told
from bowerbird.console.pages.parts.text import (
    code_line,
    copy_button,
    figure,
    heading,
    link,
    note,
    prose,
    section,
    text_element,
)

__all__ = [
    "Column",
    "Heat",
    "HeatRow",
    "Said",
    "Then",
    "ask_first",
    "chart",
    "code_line",
    "copy_button",
    "data_table",
    "dialog",
    "download_csv",
    "empty_state",
    "facts",
    "failure",
    "fields",
    "figure",
    "happened",
    "heading",
    "heat_table",
    "json_block",
    "link",
    "load_ahead",
    "note",
    "pin",
    "prose",
    "renew",
    "section",
    "show_secret",
    "take_focus",
    "tell",
    "text_element",
    "timeline",
    "told",
    "when",
]
