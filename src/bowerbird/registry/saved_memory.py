"""Saved segments and boards that live in one process and are gone with it."""

from collections.abc import Collection
from threading import Lock

import msgspec

from bowerbird.errors import NotFoundError
from bowerbird.registry.saved import SavedItem, SavedKind, check, check_room, check_unused, check_version, missing


class MemorySaved:
    """Implements `Saved`."""

    def __init__(self, workspaces: Collection[str] = ("default",)) -> None:
        self._workspaces = workspaces
        self._items: dict[tuple[str, SavedKind, str], SavedItem] = {}
        self._turn = Lock()

    def put(self, item: SavedItem, version: str | None = None) -> SavedItem:
        document = msgspec.json.decode(check(item))
        if item.workspace not in self._workspaces:
            raise NotFoundError(f"there is no workspace {item.workspace!r}", "`bowerbird workspace create` makes one.")
        with self._turn:
            check_room(item, (each.name for each in self._of(item.workspace, item.kind) if each.id != item.id))
            there = self._items.get((item.workspace, item.kind, item.id))
            check_version(item, there, version)
            kept = msgspec.structs.replace(item, document=document, created_by=(there or item).created_by)
            self._items[item.workspace, item.kind, item.id] = kept
        return kept

    def get(self, workspace: str, kind: SavedKind, id_: str) -> SavedItem | None:
        return self._items.get((workspace, kind, id_))

    def all(self, workspace: str, kind: SavedKind) -> list[SavedItem]:
        with self._turn:
            found = [msgspec.structs.replace(item, document=None) for item in self._of(workspace, kind)]
        return sorted(found, key=lambda item: item.name)

    def remove(self, workspace: str, kind: SavedKind, id_: str) -> None:
        with self._turn:
            if kind == "segment":
                check_unused(id_, ((item.id, item.document) for item in self._of(workspace, kind)))
            if self._items.pop((workspace, kind, id_), None) is None:
                raise missing(kind, id_)

    def _of(self, workspace: str, kind: SavedKind) -> list[SavedItem]:
        return [item for item in self._items.values() if (item.workspace, item.kind) == (workspace, kind)]
