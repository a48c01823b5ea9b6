"""`/boards/{id}`: a board's tiles, each asked anew."""

from msgspec.structs import replace
from nicegui import ui

from bowerbird.console.api.boards import Tile
from bowerbird.console.pages import boards_kept, parts
from bowerbird.console.pages.asking.question import add_assets
from bowerbird.console.pages.boards import tiles
from bowerbird.console.pages.page import Page
from bowerbird.registry.saved import SavedItem


def build(page: Page) -> None:
    add_assets()
    _Board(page).load()


class _Board:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._id = page.parameters["id"]
        self._place = ui.element("div").classes("place")
        self._may = page.visitor.can("keep boards")

    def load(self) -> None:
        self._page.run(lambda: boards_kept.get(self._page, self._id), self._show, self._place)

    def _show(self, board: SavedItem) -> None:
        shown = boards_kept.tiles(board)
        with ui.element("div").classes("board-name"):
            parts.text_element("h1", board.name)
            with ui.element("div").classes("row-line"):
                ui.button("Ask again", icon="refresh", on_click=self.load).props("flat dense no-caps")
                if self._may:
                    self._acts(board)
        if not shown:
            parts.empty_state(
                "No tiles yet",
                "Ask a question, under Trends for example, and choose “Save to board” there."
                if self._may
                else "An analyst or an owner can add some.",
            )
        with ui.element("div").classes("board"):
            for number, tile in enumerate(shown):
                tiles.build(self._page, tile, self._menu(number, tile) if self._may else None)

    def _acts(self, board: SavedItem) -> None:
        ui.button("Rename", icon="edit", on_click=lambda: self._rename(board)).props("flat dense no-caps")
        delete = ui.button("Delete", icon="delete", on_click=lambda: self._delete(board))
        delete.props("flat dense no-caps color=negative")

    def _menu(self, number: int, tile: Tile) -> tiles.Menu:
        wide = tile.size == "large"
        return [
            ("Rename", lambda: self._retitle(number, tile)),
            ("Move earlier", lambda: self._move(number, tile, -1)),
            ("Move later", lambda: self._move(number, tile, 1)),
            ("Half width" if wide else "Full width", lambda: self._resize(number, tile)),
            ("Remove from board", lambda: self._remove(number, tile)),
        ]

    def _move(self, number: int, tile: Tile, by: int) -> None:
        self._change(lambda all_: _moved(all_, boards_kept.place(all_, number, tile), by))

    def _resize(self, number: int, tile: Tile) -> None:
        self._replace(number, tile, replace(tile, size="medium" if tile.size == "large" else "large"))

    def _retitle(self, number: int, tile: Tile) -> None:
        def rename(title: str) -> None:
            self._replace(number, tile, replace(tile, title=title))

        _ask_name("Rename tile", "Title", tile.title, rename)

    def _replace(self, number: int, old: Tile, new: Tile) -> None:
        def edit(all_: list[Tile]) -> list[Tile]:
            to = boards_kept.place(all_, number, old)
            return [*all_[:to], new, *all_[to + 1 :]]

        self._change(edit)

    def _remove(self, number: int, tile: Tile) -> None:
        def edit(all_: list[Tile]) -> list[Tile]:
            at = boards_kept.place(all_, number, tile)
            return [*all_[:at], *all_[at + 1 :]]

        self._change(edit)

    def _change(self, edit: boards_kept.Edit) -> None:
        self._page.act(lambda: boards_kept.change(self._page, self._id, edit), lambda _: self.load())

    def _rename(self, board: SavedItem) -> None:
        def rename(name: str) -> None:
            self._page.act(lambda: boards_kept.rename(self._page, self._id, name), lambda _: self.load())

        _ask_name("Rename board", "Name", board.name, rename)

    def _delete(self, board: SavedItem) -> None:
        parts.ask_first(
            f"Delete {board.name}?",
            "Its tiles go with it, for all users of the workspace. No event is lost.",
            "Delete board",
            lambda: self._page.act(
                lambda: boards_kept.remove(self._page, self._id), lambda _: self._page.navigate("/boards")
            ),
        )


def _moved(all_: list[Tile], number: int, by: int) -> list[Tile]:
    to = number + by
    if not (0 <= number < len(all_) and 0 <= to < len(all_)):
        return all_
    made = list(all_)
    made[number], made[to] = made[to], made[number]
    return made


def _ask_name(title: str, label: str, value: str, then: tiles.Named) -> None:
    with parts.dialog(title) as asked:
        name = ui.input(label, value=value).props("outlined dense autofocus")

        def go_on() -> None:
            asked.close()
            then(name.value.strip())

        name.on("keydown.enter", go_on)
        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps")
            ui.button("Save", on_click=go_on).props("unelevated no-caps")
