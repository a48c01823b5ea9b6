"""Boards as they are kept: a name and tiles. Blocking; all raise `BowerbirdError`."""

from collections.abc import Callable
from uuid import uuid4

import msgspec

from bowerbird.console.api.boards import MOST_TILES, Tile
from bowerbird.console.pages.page import Page
from bowerbird.console.signin.visitors import Act
from bowerbird.errors import BowerbirdError, NotFoundError
from bowerbird.registry.saved import SavedItem

Edit = Callable[[list[Tile]], list[Tile]]
_KEEP: Act = "keep boards"


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
    _allowed(page)
    board = get(page, id_)
    edited = edit(tiles(board))
    if len(edited) > MOST_TILES:
        raise BowerbirdError(f"a board has at most {MOST_TILES} tiles", "Remove one first, or make another board.")
    return page.sources.saved.put(msgspec.structs.replace(board, document=edited, changed_at=_now(page)))


def rename(page: Page, id_: str, name: str) -> SavedItem:
    _allowed(page)
    board = msgspec.structs.replace(get(page, id_), name=name.strip(), changed_at=_now(page))
    return page.sources.saved.put(board)


def remove(page: Page, id_: str) -> None:
    _allowed(page)
    page.sources.saved.remove(page.workspace, "board", id_)


def _allowed(page: Page) -> None:
    if not page.visitor.can(_KEEP):
        raise BowerbirdError("a viewer cannot change boards", "An owner can give you another role.")


def _now(page: Page) -> int:
    return page.sources.clock.now()
