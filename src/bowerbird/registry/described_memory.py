"""Descriptions that live in one process and are gone with it."""

from collections.abc import Collection
from threading import Lock

from bowerbird.errors import NotFoundError
from bowerbird.registry.described import Description, check, check_room, says_nothing


class MemoryDescriptions:
    """Implements `Descriptions`."""

    def __init__(self, workspaces: Collection[str] = ("default",)) -> None:
        self._workspaces = workspaces
        self._kept: dict[tuple[str, str, str], Description] = {}
        self._turn = Lock()

    def put(self, described: Description) -> None:
        check(described)
        if described.workspace not in self._workspaces:
            raise NotFoundError(
                f"there is no workspace {described.workspace!r}", "`bowerbird workspace create` makes one."
            )
        key = described.workspace, described.name, described.property
        with self._turn:
            if says_nothing(described):
                self._kept.pop(key, None)
                return
            if key not in self._kept:
                check_room(sum(workspace == described.workspace for workspace, _, _ in self._kept))
            self._kept[key] = described

    def all(self, workspace: str) -> list[Description]:
        with self._turn:
            return [self._kept[key] for key in sorted(self._kept) if key[0] == workspace]
