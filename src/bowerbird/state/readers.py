"""The state as answers read it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, func, or_, select, tuple_

from bowerbird.event import Tallied
from bowerbird.state import tables as t
from bowerbird.state.base import CatalogCount, Conflict, Merge, Person, QuarantineEntry, identifier
from bowerbird.state.keys import identifier_key


class SqlPeople:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def find(self, workspace: str, identifiers: dict[str, str]) -> list[str]:
        keys = [identifier_key(identifier(workspace, kind, value)) for kind, value in identifiers.items()]
        i, n = t.identifiers.c, t.nodes.c
        query = (
            select(n.root)
            .join_from(t.identifiers, t.nodes, i.person_id == n.person_id)
            .where(i.key.in_(keys))
            .group_by(n.root)
            .having(func.count() == len(keys))
        )
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def recent(self, workspace: str, limit: int, before: tuple[int, str] | None) -> list[tuple[int, str]]:
        n = t.nodes.c
        query = select(n.created_at, n.person_id).where(n.workspace == workspace, t.ROOTS)
        if before is not None:
            query = query.where(tuple_(n.created_at, n.person_id) < tuple_(*before))
        query = query.order_by(n.created_at.desc(), n.person_id.desc()).limit(limit)
        with self.engine.connect() as connection:
            return [(row.created_at, row.person_id) for row in connection.execute(query)]

    def person(self, workspace: str, person_id: str) -> Person | None:
        n = t.nodes.c
        with self.engine.connect() as connection:
            members = self._members(connection, workspace, person_id)
            if not members:
                return None
            created_at = connection.execute(select(n.created_at).where(n.person_id == members[0])).scalar_one()
            m, c = t.merges.c, t.conflicts.c
            merges = select(t.merges).where(or_(m.survivor.in_(members), m.absorbed.in_(members))).order_by(m.id)
            conflicts = (
                select(t.conflicts)
                .where(or_(c.person_id.in_(members), c.other_id.in_(members)))
                .order_by(c.at, c.event_id)
            )
            return Person(
                person_id=members[0],
                workspace=workspace,
                created_at=created_at,
                identifiers=_identifiers(connection, members),
                traits=_traits(connection, members),
                accounts=_accounts(connection, members),
                aliases=members[1:],
                merges=[merge_of(row) for row in connection.execute(merges)],
                conflicts=[_conflict(row) for row in connection.execute(conflicts)],
            )

    def roots(self, workspace: str, people: Sequence[str]) -> dict[str, str]:
        n = t.nodes.c
        found: dict[str, str] = {}
        with self.engine.connect() as connection:
            for at in range(0, len(people), 500):
                query = select(n.person_id, n.root).where(
                    n.person_id.in_(people[at : at + 500]), n.workspace == workspace
                )
                found.update((row.person_id, row.root) for row in connection.execute(query))
        return {person_id: found.get(person_id, person_id) for person_id in people}

    def members(self, workspace: str, person_id: str) -> list[str]:
        with self.engine.connect() as connection:
            return self._members(connection, workspace, person_id)

    def _members(self, connection: Connection, workspace: str, person_id: str) -> list[str]:
        n = t.nodes.c
        named = select(n.root).where(n.person_id == person_id, n.workspace == workspace)
        root = connection.execute(named).scalar_one_or_none()
        if root is None:
            return []
        others = select(n.person_id).where(n.root == root, n.person_id != root).order_by(n.created_at, n.person_id)
        return [root, *connection.execute(others).scalars()]


class SqlCatalog:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def properties(self, workspace: str, list_id: str) -> dict[str, Tallied]:
        c = t.catalog.c
        query = (
            select(c.name, c.property, c.type, c.count)
            .where(c.workspace == workspace, c.list_id == list_id)
            .order_by(c.name, c.property)
        )
        found: dict[str, Tallied] = {}
        with self.engine.connect() as connection:
            for name, prop, kind, count in connection.execute(query):
                known = found.get(name, Tallied(0, {}))
                if kind:
                    known.properties[prop] = known.properties.get(prop, 0) + count
                else:
                    known = known._replace(events=known.events + count)
                found[name] = known
        return found

    def catalog(self, workspace: str) -> list[CatalogCount]:
        c = t.catalog.c
        query = select(t.catalog).where(c.workspace == workspace).order_by(c.list_id, c.name, c.property, c.type)
        with self.engine.connect() as connection:
            rows = connection.execute(query).mappings()
            return [CatalogCount(**{**row, "property": row["property"] if row["type"] else None}) for row in rows]

    def quarantine(self, workspace: str, limit: int, before: str | None) -> list[QuarantineEntry]:
        q = t.quarantine.c
        query = select(t.quarantine).where(q.workspace == workspace).order_by(q.event_id.desc()).limit(limit)
        if before is not None:
            query = query.where(q.event_id < before)
        with self.engine.connect() as connection:
            return [quarantine_entry(row) for row in connection.execute(query)]


def merge_of(row: Row[Any]) -> Merge:
    fields = {name: row._mapping[name] for name in Merge.__struct_fields__}
    pairs = msgspec.json.decode(fields["identifiers"], type=tuple[tuple[str, str], ...])
    return Merge(**{**fields, "identifiers": pairs})


def quarantine_entry(row: Row[Any]) -> QuarantineEntry:
    return QuarantineEntry(**row._mapping)


def _conflict(row: Row[Any]) -> Conflict:
    return Conflict(**{name: row._mapping[name] for name in Conflict.__struct_fields__})


def _identifiers(connection: Connection, members: list[str]) -> list[dict[str, Any]]:
    i = t.identifiers.c
    query = select(i.kind, i.value, i.person_id, i.since).where(i.person_id.in_(members))
    return [dict(row) for row in connection.execute(query.order_by(i.since, i.kind, i.value)).mappings()]


def _traits(connection: Connection, members: list[str]) -> dict[str, Any]:
    c = t.traits.c
    query = select(c.name, c.value).where(c.person_id.in_(members)).order_by(c.occurred_at, c.event_id)
    return {row.name: msgspec.json.decode(row.value) for row in connection.execute(query)}


def _accounts(connection: Connection, members: list[str]) -> list[str]:
    a = t.accounts.c
    query = select(a.account_id).where(a.person_id.in_(members)).order_by(a.first_seen, a.account_id)
    return list(dict.fromkeys(connection.execute(query).scalars()))
