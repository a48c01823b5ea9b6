"""Saved segments and boards in the registry's database."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from bowerbird.registry.database import Database
from bowerbird.registry.saved import SavedItem, SavedKind, check, check_room, check_unused, check_version, missing
from bowerbird.registry.schema import saved
from bowerbird.registry.workspaces import require

_HEAD = (saved.c.workspace, saved.c.kind, saved.c.id, saved.c.name, saved.c.created_by, saved.c.changed_at)


class SqlSaved:
    """Implements `Saved`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, item: SavedItem, version: str | None = None) -> SavedItem:
        values = {"name": item.name, "document": check(item).decode(), "changed_at": item.changed_at}
        key = {"workspace": item.workspace, "kind": item.kind, "id": item.id}
        this = _this(item.workspace, item.kind, item.id)
        with self._database.writing() as connection:
            require(connection, item.workspace)
            others = select(saved.c.name).where(_of(item.workspace, item.kind), saved.c.id != item.id)
            check_room(item, connection.scalars(others))
            there = _read(connection, this)
            check_version(item, there, version)
            if there is None:
                connection.execute(insert(saved).values(**key, **values, created_by=item.created_by))
            else:
                connection.execute(update(saved).where(this).values(**values))
        return msgspec.structs.replace(item, created_by=(there or item).created_by)

    def get(self, workspace: str, kind: SavedKind, id_: str) -> SavedItem | None:
        with self._database.reading() as connection:
            return _read(connection, _this(workspace, kind, id_))

    def all(self, workspace: str, kind: SavedKind) -> list[SavedItem]:
        with self._database.reading() as connection:
            rows = connection.execute(select(*_HEAD).where(_of(workspace, kind)))
            return sorted((_item(row, None) for row in rows), key=lambda item: item.name)

    def remove(self, workspace: str, kind: SavedKind, id_: str) -> None:
        with self._database.writing() as connection:
            if kind == "segment":
                _check_unused(connection, workspace, id_)
            if not connection.execute(delete(saved).where(_this(workspace, kind, id_))).rowcount:
                raise missing(kind, id_)


def _read(connection: Connection, this: ColumnElement[bool]) -> SavedItem | None:
    row = connection.execute(select(*_HEAD, saved.c.document).where(this)).first()
    return None if row is None else _item(row, msgspec.json.decode(row.document))


def _check_unused(connection: Connection, workspace: str, name: str) -> None:
    rows = connection.execute(select(saved.c.id, saved.c.document).where(_of(workspace, "segment")))
    check_unused(name, ((row.id, msgspec.json.decode(row.document)) for row in rows))


def _of(workspace: str, kind: SavedKind) -> ColumnElement[bool]:
    return and_(saved.c.workspace == workspace, saved.c.kind == kind)


def _this(workspace: str, kind: SavedKind, id_: str) -> ColumnElement[bool]:
    return and_(_of(workspace, kind), saved.c.id == id_)


def _item(row: Any, document: Any) -> SavedItem:
    return SavedItem(row.workspace, row.kind, row.id, row.name, document, row.created_by, row.changed_at)
