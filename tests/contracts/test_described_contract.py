"""What every store of descriptions keeps to: `Descriptions`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bowerbird.clock import FixedClock
from bowerbird.errors import ConflictError, NotFoundError, QuestionInvalidError
from bowerbird.registry import described
from bowerbird.registry.described import Description, Descriptions
from bowerbird.registry.described_memory import MemoryDescriptions
from bowerbird.registry.sql import open_sqlite


def memory(_: Path) -> Iterator[Descriptions]:
    yield MemoryDescriptions(("default", "acme"))


def sqlite(folder: Path) -> Iterator[Descriptions]:
    registry = open_sqlite(folder / "data", FixedClock(1))
    registry.workspaces.create("acme")
    yield registry.described
    registry.close()


@pytest.fixture(params=[memory, sqlite], ids=lambda make: make.__name__)
def store(request: Any, tmp_path: Path) -> Iterator[Descriptions]:
    yield from request.param(tmp_path)


def test_what_was_said_is_there_by_name_and_property(store: Descriptions) -> None:
    said = [
        Description("default", "Bought", "", "Paid for.", changed_by="session:ana", changed_at=5),
        Description("default", "Bought", "e-mail", pii=True, changed_by="key_1", changed_at=6),
        Description("default", "bought", "", hidden=True),
        Description("default", "über", "größe", "cm"),
    ]
    for one in reversed(said):
        store.put(one)
    assert store.all("default") == said
    assert store.all("acme") == store.all("nowhere") == []


def test_what_is_said_later_takes_the_place(store: Descriptions) -> None:
    store.put(Description("default", "a", "", "first", hidden=True, pii=True, changed_at=1))
    store.put(Description("default", "a", "", "second", changed_at=2))
    store.put(Description("acme", "a", "", "elsewhere"))
    assert store.all("default") == [Description("default", "a", "", "second", changed_at=2)]
    assert store.all("acme") == [Description("acme", "a", "", "elsewhere")]


def test_what_says_nothing_is_not_kept(store: Descriptions) -> None:
    store.put(Description("default", "a", "", "something"))
    store.put(Description("default", "a", "", "", changed_by="key_1"))
    store.put(Description("default", "never there"))
    assert store.all("default") == []


@pytest.mark.parametrize(
    "wrong",
    [
        Description("default", "", "", "x"),
        Description("default", "x" * 1001, "", "x"),
        Description("default", "x", "x" * 1001, "x"),
        Description("default", "x", "", "x" * 1001),
        Description("default", "x", "a\0b", "x"),
    ],
)
def test_what_is_too_long_is_refused(store: Descriptions, wrong: Description) -> None:
    with pytest.raises(QuestionInvalidError, match="characters"):
        store.put(wrong)
    assert store.all("default") == []


def test_a_workspace_has_so_many(store: Descriptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(described, "MOST", 2)
    store.put(Description("default", "a", pii=True))
    store.put(Description("default", "b", pii=True))
    with pytest.raises(ConflictError, match="2 descriptions already"):
        store.put(Description("default", "c", pii=True))
    store.put(Description("default", "b", hidden=True))
    store.put(Description("acme", "c", pii=True))


def test_an_unknown_workspace_is_refused(store: Descriptions) -> None:
    with pytest.raises(NotFoundError, match="'nowhere'"):
        store.put(Description("nowhere", "a", pii=True))
