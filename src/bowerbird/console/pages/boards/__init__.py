"""`/boards`: all boards of the workspace."""

from nicegui import ui

from bowerbird.console import answers
from bowerbird.console.pages import boards_kept, parts
from bowerbird.console.pages.page import Page
from bowerbird.registry.saved import SavedItem


def build(page: Page) -> None:
    parts.heading(
        "Boards", "Saved questions, asked anew whenever a board is opened. All users of the workspace see them."
    )
    page.run(lambda: boards_kept.every(page), lambda boards: _show(page, boards))


def _show(page: Page, boards: list[SavedItem]) -> None:
    may = page.visitor.can("keep boards")
    if may:
        ui.button("New board", icon="add", on_click=lambda: _ask(page)).props("unelevated no-caps").classes(
            "self-start"
        )
    if not boards:
        next_step = "Ask a question, under Trends for example, and choose “Save to board”."
        parts.empty_state("No boards yet", next_step if may else "An analyst or an owner can make one.")
        return
    with ui.element("section").classes("panel"), ui.element("div").classes("lines"):
        for board in boards:
            with ui.element("div").classes("line"), ui.element("div").classes("line-main"):
                parts.link(board.name, f"/boards/{board.id}")
                by = board.created_by.removeprefix("session:")
                parts.note(f"by {by}, changed {answers.iso(board.changed_at)[:10]}")


def _ask(page: Page) -> None:
    with parts.dialog("New board") as asked:
        name = ui.input("Name").props("outlined dense autofocus")

        def create() -> None:
            page.act(
                lambda: boards_kept.create(page, name.value, []), lambda board: page.navigate(f"/boards/{board.id}")
            )

        name.on("keydown.enter", create)
        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps")
            ui.button("Create board", on_click=create).props("unelevated no-caps")
