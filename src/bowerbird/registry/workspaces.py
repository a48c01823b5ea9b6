"""Workspaces, their settings and their lists, as an operator changes them."""

import re
from collections.abc import Iterable

from sqlalchemy import Connection, insert, select, update
from sqlalchemy import delete as delete_from

from bowerbird.clock import Clock
from bowerbird.errors import BowerbirdError, ConflictError, NotFoundError
from bowerbird.registry import schema, workspace_settings
from bowerbird.registry.base import Workspace
from bowerbird.registry.database import Database

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_LIST_ID = re.compile(r"[1-9][0-9]{0,17}")


class Workspaces:
    """Implements `WorkspaceDesk`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, pairs: Iterable[str] = ()) -> Workspace:
        """`pairs` are KEY=VALUE settings. Raises `ConflictError`, `SettingInvalidError`."""
        if not _NAME.fullmatch(name):
            raise BowerbirdError(
                f"a workspace cannot be named {name!r}",
                "up to 63 letters, digits, dots, dashes and underscores, the first a letter or digit",
            )
        values = workspace_settings.parse(pairs)
        with self._database.changing() as connection:
            if connection.scalar(select(schema.workspaces.c.name).where(schema.workspaces.c.name == name)):
                raise ConflictError(f"there is a workspace {name} already", "choose another name")
            connection.execute(update(schema.meta).values(last_workspace=schema.meta.c.last_workspace + 1))
            number = connection.scalars(select(schema.meta.c.last_workspace)).one()
            connection.execute(insert(schema.workspaces).values(name=name, number=number, created_at=self._clock.now()))
            _store(connection, name, values)
        return self.get(name)

    def set(self, name: str, pairs: Iterable[str]) -> Workspace:
        """Changes the settings named, all or none. Raises `NotFoundError`, `SettingInvalidError`."""
        values = workspace_settings.parse(pairs)
        with self._database.changing() as connection:
            require(connection, name)
            _store(connection, name, values)
        return self.get(name)

    def get(self, name: str) -> Workspace:
        """Raises `NotFoundError`."""
        with self._database.reading() as connection:
            require(connection, name)
            return read(connection)[name]

    def all(self) -> list[Workspace]:
        """In the order in which they were made."""
        with self._database.reading() as connection:
            return list(read(connection).values())

    def add_list(self, workspace: str, name: str, list_id: str | None = None) -> str:
        """Gives the list the next free number where none is given; returns its id. Raises `ConflictError`,
        `NotFoundError`."""
        if list_id is not None and not _LIST_ID.fullmatch(list_id):
            raise BowerbirdError(f"a list's id cannot be {list_id!r}", "it is a number from 1 on, such as 94")
        if not name.strip():
            raise BowerbirdError("a list needs a name", "it tells people what the list is for")
        with self._database.changing() as connection:
            require(connection, workspace)
            lists = schema.lists.c
            rows = connection.execute(select(lists.id, lists.name).where(lists.workspace == workspace))
            taken = {row.id: row.name for row in rows}
            given = list_id or str(max(map(int, taken), default=0) + 1)
            if given in taken:
                raise ConflictError(
                    f"list {given} of workspace {workspace} is {taken[given]!r} already",
                    "choose another id, or none to get the next free one",
                )
            connection.execute(
                insert(schema.lists).values(
                    workspace=workspace, id=given, name=name.strip(), created_at=self._clock.now()
                )
            )
        return given


def require(connection: Connection, workspace: str) -> None:
    """Raises `NotFoundError` where there is no such workspace."""
    names = schema.workspaces.c
    if connection.scalar(select(names.name).where(names.name == workspace)) is None:
        there = ", ".join(connection.scalars(select(names.name).order_by(names.number).limit(20)))
        raise NotFoundError(
            f"there is no workspace {workspace!r}", f"there are: {there}; `bowerbird workspace create` makes one"
        )


def read(connection: Connection) -> dict[str, Workspace]:
    """All workspaces by name, in the order in which they were made."""
    settings: dict[str, dict[str, str]] = {}
    for row in connection.execute(select(schema.workspace_settings)):
        settings.setdefault(row.workspace, {})[row.key] = row.value
    lists: dict[str, dict[str, str]] = {}
    for row in connection.execute(select(schema.lists).order_by(schema.lists.c.created_at)):
        lists.setdefault(row.workspace, {})[row.id] = row.name
    return {
        row.name: Workspace(
            row.name, row.number, workspace_settings.build(settings.get(row.name, {})), lists.get(row.name, {})
        )
        for row in connection.execute(select(schema.workspaces).order_by(schema.workspaces.c.number))
    }


def _store(connection: Connection, workspace: str, values: dict[str, str]) -> None:
    columns = schema.workspace_settings.c
    for key, value in values.items():
        connection.execute(
            delete_from(schema.workspace_settings).where(columns.workspace == workspace, columns.key == key)
        )
        connection.execute(insert(schema.workspace_settings).values(workspace=workspace, key=key, value=value))
