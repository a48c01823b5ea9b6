"""Boards as they are kept: a name and tiles. Blocking; all raise `BowerbirdError`."""

from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

import msgspec

from bowerbird.console.api.boards import MOST_TILES, Tile
from bowerbird.console.pages.page import Page
from bowerbird.console.rights import Act
from bowerbird.errors import BowerbirdError, ConflictError, NotFoundError, OutdatedError
from bowerbird.registry.saved import SavedItem

Edit = Callable[[list[Tile]], list[Tile]]
_KEEP: Act = "keep boards"
_TRIES = 10


def every(page: Page) -> list[SavedItem]:
    return page.sources.saved.all(page.workspace, "board")


def get(page: Page, id_: str) -> SavedItem:
    """Raises `NotFoundError`."""
    board = page.sources.saved.get(page.workspace, "board", id_)
    if board is None:
        raise NotFoundError("there is no such board", "It may have been removed: look at the list of boards.")
    return board


def tiles(board: SavedItem) -> list[Tile]:
    return [msgspec.convert(tile, Tile) for tile in board.document]


def add_tile(page: Page, id_: str, name: str, tile: Tile) -> SavedItem:
    """`id_` '' makes a board of that name."""
    if id_:
        return change(page, id_, lambda found: [*found, tile])
    return create(page, name, [tile])


def create(page: Page, name: str, first: list[Tile]) -> SavedItem:
    _allowed(page)
    by = f"session:{page.visitor.user}"
    made = SavedItem(page.workspace, "board", uuid4().hex, name.strip(), first, by, _now(page))
    return page.sources.saved.put(made)


def change(page: Page, id_: str, edit: Edit) -> SavedItem:
    """Gives the board the tiles that `edit` makes of its own."""

    def edited(board: SavedItem) -> SavedItem:
        made = edit(tiles(board))
        if len(made) > MOST_TILES:
            raise BowerbirdError(f"a board has at most {MOST_TILES} tiles", "Remove one first, or make another board.")
        return msgspec.structs.replace(board, document=made)

    return _changed(page, id_, edited)


def rename(page: Page, id_: str, name: str) -> SavedItem:
    return _changed(page, id_, lambda board: msgspec.structs.replace(board, name=name.strip()))


def place(shown: list[Tile], number: int, tile: Tile) -> int:
    """Where the tile is that stood at this place when it was looked at. Raises `ConflictError`."""
    if number < len(shown) and shown[number] == tile:
        return number
    if tile not in shown:
        raise ConflictError(
            "somebody else has changed or removed this tile meanwhile", "Choose “Ask again” to see the board as it is."
        )
    return shown.index(tile)


def remove(page: Page, id_: str) -> None:
    _allowed(page)
    page.sources.saved.remove(page.workspace, "board", id_)


def _changed(page: Page, id_: str, edited: Callable[[SavedItem], SavedItem]) -> SavedItem:
    """The change is made anew of what somebody else has put there meanwhile."""
    _allowed(page)
    for _ in range(_TRIES - 1):
        with suppress(OutdatedError):
            return _put(page, get(page, id_), edited)
    return _put(page, get(page, id_), edited)


def _put(page: Page, board: SavedItem, edited: Callable[[SavedItem], SavedItem]) -> SavedItem:
    made = msgspec.structs.replace(edited(board), changed_at=_now(page))
    return page.sources.saved.put(made, board.version)


def _allowed(page: Page) -> None:
    if not page.visitor.can(_KEEP):
        raise BowerbirdError("a viewer cannot change boards", "An owner can give you another role.")


def _now(page: Page) -> int:
    return page.sources.clock.now()
