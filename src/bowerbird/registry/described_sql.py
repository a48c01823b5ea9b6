"""Descriptions in the registry's database."""

import msgspec
from sqlalchemy import and_, delete, func, insert, select, update

from bowerbird.registry.database import Database
from bowerbird.registry.described import Description, check, check_room, says_nothing
from bowerbird.registry.schema import described as table
from bowerbird.registry.workspaces import require


class SqlDescriptions:
    """Implements `Descriptions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, described: Description) -> None:
        check(described)
        c = table.c
        of_workspace = c.workspace == described.workspace
        this = and_(of_workspace, c.name == described.name, c.property == described.property)
        values = msgspec.structs.asdict(described)
        with self._database.writing() as connection:
            require(connection, described.workspace)
            if says_nothing(described):
                connection.execute(delete(table).where(this))
            elif not connection.execute(update(table).where(this).values(**values)).rowcount:
                check_room(connection.scalars(select(func.count()).select_from(table).where(of_workspace)).one())
                connection.execute(insert(table).values(**values))

    def all(self, workspace: str) -> list[Description]:
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.workspace == workspace)).mappings().all()
        return sorted((Description(**row) for row in rows), key=lambda one: (one.name, one.property))
