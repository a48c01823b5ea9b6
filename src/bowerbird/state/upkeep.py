"""What an operator does to the state: undo a merge, erase a person, look into quarantine, start over."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from bowerbird.errors import NotFoundError
from bowerbird.state import tables as t
from bowerbird.state.base import Merge, QuarantineEntry
from bowerbird.state.database import scrub
from bowerbird.state.readers import merge_of, quarantine_entry


class SqlUpkeep:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def kept_apart(self) -> frozenset[tuple[str, str]]:
        with self.engine.connect() as connection:
            pairs = connection.execute(select(t.kept_apart.c.one, t.kept_apart.c.other))
            return frozenset(pair for one, other in pairs for pair in ((one, other), (other, one)))

    def merged(self) -> dict[str, str]:
        n = t.nodes.c
        with self.engine.connect() as connection:
            rows = connection.execute(select(n.person_id, n.root).where(n.root != n.person_id))
            return {row.person_id: row.root for row in rows}

    def unmerge(self, workspace: str, person_id: str, now: int) -> Merge:
        with self.engine.begin() as connection:
            merge = self._latest_merge(connection, workspace, person_id)
            connection.execute(
                update(t.merges)
                .where(t.merges.c.absorbed == merge.absorbed, t.merges.c.undone_at.is_(None))
                .values(undone_at=now)
            )
            connection.execute(update(t.nodes).where(t.nodes.c.person_id == merge.absorbed).values(merged_into=None))
            people = self._members(connection, merge.absorbed)
            for root, members in people.items():
                self._settle(connection, root, members)
            self._keep_apart(connection, [*people.values()])
            return msgspec.structs.replace(merge, undone_at=now)

    def _keep_apart(self, connection: Connection, people: Sequence[Sequence[str]]) -> None:
        """Each node of one from each of the other: in a replay they may come together in another order."""
        apart = t.kept_apart.c
        one, other = people
        for these, those in ((one, other), (other, one)):
            connection.execute(delete(t.kept_apart).where(apart.one.in_(these), apart.other.in_(those)))
        pairs = [{"one": each, "other": another} for each in one for another in other]
        connection.execute(insert(t.kept_apart), pairs)

    def _latest_merge(self, connection: Connection, workspace: str, person_id: str) -> Merge:
        m = t.merges.c
        live = select(t.merges).where(m.workspace == workspace, m.undone_at.is_(None)).order_by(m.id.desc()).limit(1)
        for side in (m.absorbed, m.survivor):
            row = connection.execute(live.where(side == person_id)).one_or_none()
            if row is not None:
                return merge_of(row)
        raise NotFoundError(
            f"person {person_id} of workspace {workspace} is in no merge that could be undone",
            "`bowerbird person show` lists a person's merges.",
        )

    def _members(self, connection: Connection, person_id: str) -> dict[str, list[str]]:
        """All nodes of the person as it was with this node, by the roots that their pointers lead to now."""
        n = t.nodes.c
        root = select(n.root).where(n.person_id == person_id).scalar_subquery()
        rows = connection.execute(select(n.person_id, n.merged_into).where(n.root == root))
        into: dict[str, str | None] = {row.person_id: row.merged_into for row in rows}
        members: dict[str, list[str]] = {}
        for node in into:
            root_now = node
            while (further := into[root_now]) is not None:
                root_now = further
            members.setdefault(root_now, []).append(node)
        return members

    def _settle(self, connection: Connection, root: str, members: Sequence[str]) -> None:
        """Points the members at their root, and gives it the user_id that they carry."""
        n = t.nodes.c
        carried = connection.execute(
            select(t.identifiers.c.value)
            .where(t.identifiers.c.person_id.in_(members), t.identifiers.c.kind == "user_id")
            .order_by(t.identifiers.c.since)
            .limit(1)
        ).scalar_one_or_none()
        connection.execute(update(t.nodes).where(n.person_id.in_(members)).values(root=root))
        connection.execute(update(t.nodes).where(n.person_id == root).values(user_id=carried))

    def erase(self, workspace: str, nodes: Sequence[str], event_ids: Sequence[str]) -> None:
        with self.engine.begin() as connection:
            for table in (t.identifiers, t.traits, t.accounts, t.nodes):
                connection.execute(delete(table).where(table.c.person_id.in_(nodes)))
            for table, one, other in (
                (t.merges, t.merges.c.survivor, t.merges.c.absorbed),
                (t.conflicts, t.conflicts.c.person_id, t.conflicts.c.other_id),
                (t.kept_apart, t.kept_apart.c.one, t.kept_apart.c.other),
            ):
                connection.execute(delete(table).where(or_(one.in_(nodes), other.in_(nodes))))
            for event_id in event_ids:
                connection.execute(
                    delete(t.quarantine).where(
                        t.quarantine.c.workspace == workspace, t.quarantine.c.event_id == event_id
                    )
                )
        scrub(self.engine)

    def quarantined(self, workspace: str | None) -> list[str]:
        q = t.quarantine.c
        query = select(q.event_id).order_by(q.event_id)
        if workspace is not None:
            query = query.where(q.workspace == workspace)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def entries(self, workspace: str | None, event_ids: Sequence[str]) -> list[QuarantineEntry]:
        q = t.quarantine.c
        query = select(t.quarantine).where(q.event_id.in_(event_ids)).order_by(q.event_id)
        if workspace is not None:
            query = query.where(q.workspace == workspace)
        with self.engine.connect() as connection:
            return [quarantine_entry(row) for row in connection.execute(query)]

    def clear(self) -> None:
        with self.engine.begin() as connection:
            for table in t.DERIVED:
                connection.execute(delete(table))
