"""Saving an answer to a board: the question is kept, and asked anew whenever the board is opened."""

import msgspec
from nicegui import ui

from bowerbird.console.api.boards import Tile
from bowerbird.console.pages import boards_kept, parts
from bowerbird.console.pages.page import Page
from bowerbird.registry.saved import SavedItem

_NEW = ""


def ask_for_board(page: Page, tile: Tile) -> None:
    """Asks for a title and a board, and adds the tile. For visitors who may keep boards."""
    page.act(lambda: boards_kept.every(page), lambda boards: _ask(page, tile, boards))


def _ask(page: Page, tile: Tile, boards: list[SavedItem]) -> None:
    names = {board.id: board.name for board in boards} | {_NEW: "New board …"}
    with parts.dialog("Save to a board") as asked:
        title = ui.input("Title", value=tile.title).props("outlined dense autofocus")
        board = ui.select(names, value=next(iter(names)), label="Board").props("outlined dense")
        name = ui.input("Name of the new board").props("outlined dense")
        name.bind_visibility_from(board, "value", value=_NEW)

        def save() -> None:
            made = msgspec.structs.replace(tile, title=title.value.strip() or tile.title)
            page.act(lambda: boards_kept.add_tile(page, board.value, name.value, made), saved)

        def saved(kept: SavedItem) -> None:
            asked.close()
            parts.tell(f"Saved to {kept.name}")

        for field in (title, name):
            field.on("keydown.enter", save)
        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps")
            ui.button("Save", on_click=save).props("unelevated no-caps")
