"""Saved segments: under a name, for questions and for other segments."""

from typing import Any

from nicegui import ui

from bowerbird.console import answers
from bowerbird.console.pages import parts
from bowerbird.console.pages.asking.address import encode
from bowerbird.console.pages.page import Page
from bowerbird.errors import BowerbirdError, NotFoundError
from bowerbird.insights.conditions import Condition, check_size
from bowerbird.insights.question import parse
from bowerbird.insights.where import check_of_people
from bowerbird.registry.saved import SavedItem

Document = dict[str, Any]


def ask_for_name(page: Page, condition: Document, changed: parts.Then) -> None:
    with parts.dialog("Save segment") as asked:
        parts.note("Under a name that is taken it replaces that segment, also in the questions that use it.")
        name = ui.input("Name").props("outlined dense autofocus")

        def save() -> None:
            page.act(lambda: _put(page, name.value.strip(), condition), saved)

        def saved(item: SavedItem) -> None:
            asked.close()
            parts.tell(f"Saved {item.name}")
            changed()

        name.on("keydown.enter", save)
        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps")
            ui.button("Save", on_click=save).props("unelevated no-caps")


def saved_ones(page: Page) -> parts.Then:
    """A panel with the workspace's saved segments; what it returns looks for them again."""
    with parts.section("Saved segments", "Every question can filter by them, and break down by them."):
        place = ui.element("div").classes("place")

    def load() -> None:
        page.run(lambda: page.sources.saved.all(page.workspace, "segment"), show, place)

    def show(items: list[SavedItem]) -> None:
        if not items:
            parts.note("There is none yet. Build one above, and save it under a name.")
        with ui.element("div").classes("lines"):
            for item in items:
                _line(page, item, load)

    load()
    return load


def _line(page: Page, item: SavedItem, changed: parts.Then) -> None:
    def open_it(found: SavedItem) -> None:
        page.navigate("/segments", q=encode({"condition": found.document, "traits": ["user_id", "email"]}))

    with ui.element("div").classes("line"):
        with ui.element("div").classes("line-main"):
            ui.label(item.name)
            parts.note(f"by {item.created_by.removeprefix('session:')}, changed {answers.iso(item.changed_at)[:10]}")
        ui.button("Open", on_click=lambda: page.act(lambda: _get(page, item.id), open_it)).props("flat no-caps")
        if page.visitor.can("keep boards"):
            ui.button("Delete", on_click=lambda: _delete(page, item, changed)).props("flat no-caps color=negative")


def _delete(page: Page, item: SavedItem, changed: parts.Then) -> None:
    parts.ask_first(
        f"Delete {item.name}?",
        "Questions and boards that use it cannot be answered any more. No person is lost.",
        "Delete segment",
        lambda: page.act(lambda: _remove(page, item.id), parts.told(f"Deleted {item.name}", changed)),
    )


def _get(page: Page, id_: str) -> SavedItem:
    item = page.sources.saved.get(page.workspace, "segment", id_)
    if item is None:
        raise NotFoundError("there is no such segment any more", "Look again.")
    return item


def _put(page: Page, name: str, document: Document) -> SavedItem:
    _allowed(page)
    condition = parse(Condition, document)
    check_size([condition])
    check_of_people(condition)
    by = f"session:{page.visitor.user}"
    now = page.sources.clock.now()
    return page.sources.saved.put(SavedItem(page.workspace, "segment", name, name, condition, by, now))


def _remove(page: Page, id_: str) -> None:
    _allowed(page)
    page.sources.saved.remove(page.workspace, "segment", id_)


def _allowed(page: Page) -> None:
    if not page.visitor.can("keep boards"):
        raise BowerbirdError("a viewer cannot change segments", "An owner can give you another role.")
