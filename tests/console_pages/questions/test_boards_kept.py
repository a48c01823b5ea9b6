"""Two people who change one board at one moment."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from bowerbird.clock import FixedClock
from bowerbird.console.api.boards import Tile
from bowerbird.console.pages import boards_kept
from bowerbird.errors import ConflictError, OutdatedError
from bowerbird.registry.saved_memory import MemorySaved

ONE, TWO, THREE = (Tile(title, "trend", {}) for title in ("one", "two", "three"))


@pytest.fixture
def page() -> Any:
    visitor = SimpleNamespace(user="ana", can=lambda _: True)
    sources = SimpleNamespace(saved=MemorySaved(), clock=FixedClock(1))
    return SimpleNamespace(visitor=visitor, sources=sources, workspace="default")


@pytest.fixture
def board(page: Any) -> str:
    return boards_kept.create(page, "Sales", [ONE, TWO]).id


def titles(page: Any, board: str) -> list[str]:
    return [tile.title for tile in boards_kept.tiles(boards_kept.get(page, board))]


def test_both_changes_stay(page: Any, board: str) -> None:
    seen: list[list[Tile]] = []

    def add_late(found: list[Tile]) -> list[Tile]:
        seen.append(found)
        if len(seen) == 1:
            boards_kept.add_tile(page, board, "", THREE)
        return [*found, replace(ONE, title="late")]

    boards_kept.change(page, board, add_late)
    assert titles(page, board) == ["one", "two", "three", "late"]
    assert len(seen) == 2


def test_another_name_keeps_the_tile_that_came_meanwhile(page: Any, board: str, monkeypatch: Any) -> None:
    saved = page.sources.saved
    get = saved.get

    def get_and_be_late(*which: Any) -> Any:
        item = get(*which)
        monkeypatch.setattr(saved, "get", get)
        boards_kept.add_tile(page, board, "", THREE)
        return item

    monkeypatch.setattr(saved, "get", get_and_be_late)
    assert boards_kept.rename(page, board, "Sales of May").name == "Sales of May"
    assert titles(page, board) == ["one", "two", "three"]


def test_a_board_that_never_stands_still_is_given_up(page: Any, board: str) -> None:
    turn = iter(range(100))

    def change(found: list[Tile]) -> list[Tile]:
        boards_kept.rename(page, board, f"Sales {next(turn)}")
        return [*found, THREE]

    with pytest.raises(OutdatedError):
        boards_kept.change(page, board, change)
    assert next(turn) < 20
    assert titles(page, board) == ["one", "two"]


def test_a_tile_is_found_where_it_went() -> None:
    assert boards_kept.place([ONE, TWO], 1, TWO) == 1
    assert boards_kept.place([TWO, TWO], 1, TWO) == 1
    assert boards_kept.place([TWO, ONE], 1, TWO) == 0
    assert boards_kept.place([THREE, ONE, TWO], 1, TWO) == 2
    for gone in ([], [ONE], [ONE, replace(TWO, size="large")]):
        with pytest.raises(ConflictError, match="somebody else"):
            boards_kept.place(gone, 1, TWO)
