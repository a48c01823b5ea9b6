"""What every store of saved things keeps to: `Saved`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bowerbird.clock import FixedClock
from bowerbird.errors import ConflictError, NotFoundError, OutdatedError, QuestionInvalidError
from bowerbird.registry import saved
from bowerbird.registry.saved import Saved, SavedItem
from bowerbird.registry.saved_memory import MemorySaved
from bowerbird.registry.sql import open_sqlite


def memory(_: Path) -> Iterator[Saved]:
    yield MemorySaved(("default", "acme"))


def sqlite(folder: Path) -> Iterator[Saved]:
    registry = open_sqlite(folder / "data", FixedClock(1))
    registry.workspaces.create("acme")
    yield registry.saved
    registry.close()


@pytest.fixture(params=[memory, sqlite], ids=lambda make: make.__name__)
def store(request: Any, tmp_path: Path) -> Iterator[Saved]:
    yield from request.param(tmp_path)


def segment(name: str, document: Any = None, workspace: str = "default", by: str = "key_1", at: int = 5) -> SavedItem:
    return SavedItem(workspace, "segment", name, name, document, by, at)


def board(id_: str, name: str, document: Any = None) -> SavedItem:
    return SavedItem("default", "board", id_, name, document, "session:ana", 7)


def test_what_was_put_is_there(store: Saved) -> None:
    document = {"any": [{"did": {"event": "bought"}}, {"field": "trait:city", "value": "Zürich"}]}
    assert store.get("default", "segment", "Buyers") is None
    put = store.put(segment("Buyers", document))
    assert put == segment("Buyers", document)
    assert store.get("default", "segment", "Buyers") == put
    assert store.get("default", "board", "Buyers") is None
    assert store.get("acme", "segment", "Buyers") is None
    assert store.get("default", "segment", "buyers") is None


def test_putting_again_changes_it_and_keeps_who_made_it(store: Saved) -> None:
    store.put(segment("Buyers", {"a": 1}, by="key_1", at=5))
    put = store.put(segment("Buyers", {"a": 2}, by="key_2", at=6))
    assert put == store.get("default", "segment", "Buyers") == segment("Buyers", {"a": 2}, by="key_1", at=6)
    assert len(store.all("default", "segment")) == 1


def test_they_are_listed_by_name_without_documents(store: Saved) -> None:
    for name in ("b", "a", "é", "B"):
        store.put(segment(name, {"x": name}))
    store.put(board("1", "z"))
    assert store.all("default", "segment") == [segment(name) for name in ("B", "a", "b", "é")]
    assert store.all("default", "board") == [board("1", "z")]
    assert store.all("acme", "segment") == []
    assert store.all("nowhere", "segment") == []


def test_a_change_takes_the_place_of_what_it_was_made_of_alone(store: Saved) -> None:
    for make in (partial(segment, "s"), partial(board, "b", "Board")):
        first = store.put(make({"a": 1}))
        second = store.put(make({"a": 2}), first.version)
        assert (second.document, second.version) != (first.document, first.version)
        with pytest.raises(OutdatedError, match="changed by somebody else"):
            store.put(make({"a": 3}), first.version)
        there = store.get(first.workspace, first.kind, first.id)
        assert there == second
        assert there.version == second.version
        store.put(make({"a": 3}), second.version)
        store.remove(first.workspace, first.kind, first.id)
        with pytest.raises(OutdatedError, match="removed"):
            store.put(make({"a": 4}), second.version)
        assert store.get(first.workspace, first.kind, first.id) is None


def test_another_name_is_another_version(store: Saved) -> None:
    assert store.put(board("1", "Sales", [1])).version != store.put(board("1", "Sales of May", [1])).version


def test_a_name_is_anothers(store: Saved) -> None:
    store.put(board("1", "Sales"))
    with pytest.raises(ConflictError, match="'Sales'"):
        store.put(board("2", "Sales"))
    store.put(board("1", "Sales of May", [1]))
    assert store.put(board("2", "Sales")).name == "Sales"


def test_removing(store: Saved) -> None:
    store.put(board("1", "Sales"))
    store.remove("default", "board", "1")
    assert store.get("default", "board", "1") is None
    with pytest.raises(NotFoundError, match="'1'"):
        store.remove("default", "board", "1")


def test_a_segment_that_another_is_made_of_stays(store: Saved) -> None:
    store.put(segment("Buyers", {"did": {"event": "bought"}}))
    store.put(segment("Big", {"all": [{"not": {"segment": "Buyers"}}, {"field": "trait:x", "value": "Buyers"}]}))
    store.put(segment("Same word", {"field": "trait:segment", "value": "Buyers"}))
    store.put(segment("Elsewhere", {"segment": "Buyers"}, workspace="acme"))
    with pytest.raises(ConflictError, match=r"'Buyers' is part of 'Big'$"):
        store.remove("default", "segment", "Buyers")
    store.remove("default", "segment", "Big")
    store.remove("default", "segment", "Buyers")
    with pytest.raises(NotFoundError):
        store.remove("default", "segment", "Buyers")


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "\x7f"])
def test_an_unusable_name_is_refused(store: Saved, name: str) -> None:
    with pytest.raises(QuestionInvalidError, match="1 to 200"):
        store.put(segment(name))
    with pytest.raises(QuestionInvalidError, match="1 to 200"):
        store.put(board("1", name))


def test_a_document_has_a_largest_size(store: Saved) -> None:
    store.put(board("1", "fits", "x" * (saved.LARGEST - 2)))
    with pytest.raises(QuestionInvalidError, match="256 KB"):
        store.put(board("2", "does not", "x" * (saved.LARGEST - 1)))


def test_a_workspace_has_so_many(store: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 3)
    for number in range(3):
        store.put(segment(f"s{number}"))
    with pytest.raises(ConflictError, match="3 segments already"):
        store.put(segment("one more"))
    assert store.put(segment("s1", [1])).document == [1], "those that are there can be changed"
    store.put(segment("s0", workspace="acme"))
    store.put(board("1", "a board"))


def test_an_unknown_workspace_is_refused(store: Saved) -> None:
    with pytest.raises(NotFoundError, match="'nowhere'"):
        store.put(segment("s", workspace="nowhere"))
