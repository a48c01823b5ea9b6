"""What a person did, in pages."""

from typing import NamedTuple

from nicegui import ui

from bowerbird.console.masks import Masks
from bowerbird.console.pages import parts
from bowerbird.console.pages.events.columns import Table, table
from bowerbird.console.pages.page import Page
from bowerbird.warehouse.base import EventQuery

_PAGE = 50
_COLUMNS = ["occurred_at", "name", "dialect", "value", "account_id"]

Before = tuple[int, str] | None


class _Found(NamedTuple):
    table: Table
    older: Before


def build_events(page: Page, nodes: tuple[str, ...], masks: Masks) -> None:
    place = ui.element("div").classes("place")

    def look(before: Before) -> None:
        page.run(lambda: _find(page, nodes, masks, before), lambda found: show(found, before), place)

    def show(found: _Found, before: Before) -> None:
        columns, rows = found.table
        if not rows:
            parts.note("No stored event is this person’s.")
        else:
            parts.data_table(columns, rows, "Events", lambda number: page.navigate(rows[number]["href"]))
        with ui.element("div").classes("row-line"):
            if before is not None:
                ui.button("Newest", icon="first_page", on_click=lambda: look(None)).props("flat no-caps")
            if found.older is not None:
                older = ui.button("Older", on_click=lambda: look(found.older))
                older.props("flat no-caps icon-right=chevron_right")

    look(None)


def _find(page: Page, nodes: tuple[str, ...], masks: Masks, before: Before) -> _Found:
    query = EventQuery(workspace=page.workspace, people=nodes, before=before, limit=_PAGE + 1)
    events = page.sources.warehouse.events(query)
    shown = events[:_PAGE]
    older = (shown[-1].occurred_at, shown[-1].event_id) if len(events) > _PAGE else None
    return _Found(table(_COLUMNS, shown, masks), older)
