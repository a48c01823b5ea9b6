"""`/events`: stored events, by what is known of them."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import structs
from nicegui import ui

from bowerbird.console.cursors import cursor
from bowerbird.console.pages import parts
from bowerbird.console.pages.events import form
from bowerbird.console.pages.events.columns import Table, as_file, chosen, table
from bowerbird.console.pages.events.names import Names, names_of
from bowerbird.console.pages.events.search import Search
from bowerbird.console.pages.first_event import ask_for_events
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.whom import nodes_named
from bowerbird.errors import QuestionInvalidError

_PAGE = 100


class _Found(NamedTuple):
    table: Table
    older: str
    """The cursor of the next page; '' on the last one."""


def build(page: Page) -> None:
    parts.load_ahead()
    parts.heading("Events", "Every stored event, newest first. Open one for its properties and its way to here.")
    _Desk(page)


class _Desk:
    """The search of one open page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._search = Search.read(page.query)
        self._form = ui.element("div").classes("place")
        self._rows = ui.element("div").classes("place")
        self._offer()
        self._look()

    def _change(self, **fields: str) -> None:
        """Another search begins at its newest event."""
        if self._search._replace(**fields) == self._search:
            return
        self._search = self._search._replace(**{"cursor": "", **fields})
        self._page.remember(**self._search._asdict())
        if "hidden" in fields:
            self._offer()
        self._look()

    def _offer(self) -> None:
        hidden = self._search.hidden == "1"
        self._page.run(lambda: names_of(self._page, hidden), self._show_form, self._form)

    def _show_form(self, names: Names) -> None:
        form.build(self._page, self._search, names, self._change)

    def _look(self) -> None:
        search = self._search
        self._page.run(lambda: _find(self._page, search), self._show, self._rows)

    def _show(self, found: _Found) -> None:
        if not found.table.rows:
            _nothing(self._page, self._search)
            return
        columns, rows = found.table
        with ui.element("div").classes("row-line spread"):
            parts.note(f"{len(rows)} {'event' if len(rows) == 1 else 'events'}{', and older ones' * bool(found.older)}")
            ui.button("Save as CSV", icon="download", on_click=lambda: _save(found.table)).props("flat no-caps")
        parts.data_table(columns, rows, "Events", lambda number: self._page.navigate(rows[number]["href"]))
        with ui.element("div").classes("row-line"):
            if self._search.cursor:
                ui.button("Newest", icon="first_page", on_click=lambda: self._change(cursor="")).props("flat no-caps")
            if found.older:
                older = ui.button("Older", on_click=lambda: self._change(cursor=found.older))
                older.props("flat no-caps icon-right=chevron_right")


def _find(page: Page, search: Search) -> _Found:
    sources, workspace = page.sources, page.workspace
    masks = masks_of(page)
    if search.property and search.value and masks.hides_anywhere(search.property):
        raise QuestionInvalidError(
            f"{search.property!r} is marked as personal data", "Ask an analyst or an owner of the workspace."
        )
    people = nodes_named(sources, workspace, masks, search.person) if search.person else None
    place = ZoneInfo(page.visitor.workspace.settings.timezone)
    query = search.query(workspace, people, sources.clock.now(), place)
    events = [] if people == () else sources.warehouse.events(structs.replace(query, limit=_PAGE + 1))
    shown = events[:_PAGE]
    older = cursor((shown[-1].occurred_at, shown[-1].event_id)) if len(events) > _PAGE else ""
    return _Found(table(chosen(search.columns), shown, masks), older)


def _save(shown: Table) -> None:
    parts.download_csv("events", *as_file(shown))


def _nothing(page: Page, search: Search) -> None:
    asked = search._replace(columns="", hidden="")
    if asked != Search():
        parts.empty_state(
            "No event is like that",
            "Take away a filter, or look at Refusals: a request that was refused leaves no event.",
        )
        return
    ask_for_events(page)
