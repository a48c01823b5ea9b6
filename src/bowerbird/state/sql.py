"""The processor's state in SQL."""

from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import BindParameter, Connection, Engine, bindparam, delete, func, select, tuple_, update

from bowerbird.event import Marks, Positions
from bowerbird.state import catalog
from bowerbird.state import tables as t
from bowerbird.state.base import Changes, Identifier, Known, Merge, Node, SeenKey
from bowerbird.state.keys import identifier_key, pack, unpack
from bowerbird.state.statements import MOST_VALUES, OneOf, execute_many, inserter, names, upsert


class SqlState:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._unsynced_before = 0
        """The latest row of keys at the last call of `synced`."""
        i, n, a = t.identifiers.c, t.nodes.c, t.accounts.c
        node = (n.person_id, n.root, n.created_at, n.user_id)
        self._owners_of = OneOf(
            select(i.key, *node).join_from(t.identifiers, t.nodes, i.person_id == n.person_id), i.key
        )
        self._nodes_of = OneOf(select(*node), n.person_id)
        self._members_of = OneOf(select(n.person_id, n.root), n.root)
        self._accounts_of = OneOf(select(a.person_id, a.account_id, a.first_seen), a.person_id)

    def applied(self) -> Positions:
        with self.engine.connect() as connection:
            rows = connection.execute(select(t.positions.c.partition, t.positions.c.offset))
            return {row.partition: row.offset for row in rows}

    def marks(self) -> Marks:
        with self.engine.connect() as connection:
            rows = connection.execute(select(t.positions).where(t.positions.c.committed_at.is_not(None)))
            return {number: (offset, committed_at) for number, offset, committed_at in rows}

    def load(self, identifiers: Collection[Identifier]) -> Known:
        by_key = {identifier_key(each): each for each in identifiers}
        if not by_key:
            return Known({}, {}, {})
        with self.engine.connect() as connection:
            rows = list(self._owners_of.rows(connection, sorted(by_key)))
            roots = {person_id: root for _, person_id, root, _, _ in rows}
            nodes = {row[1]: Node(row[1], *row[3:]) for row in rows if row[1] == row[2]}
            others = sorted(set(roots.values()) - nodes.keys())
            nodes |= {row[0]: Node(row[0], *row[2:]) for row in self._nodes_of.rows(connection, others)}
            self._complete(connection, nodes)
        return Known({by_key[row[0]]: row[1] for row in rows}, roots, nodes)

    def _complete(self, connection: Connection, nodes: dict[str, Node]) -> None:
        """With who was merged into them, and everybody's accounts."""
        root_of = {}
        for person_id, root in self._members_of.rows(connection, sorted(nodes)):
            root_of[person_id] = root
            if person_id != root:
                nodes[root].absorbed += (person_id,)
        accounts = list(self._accounts_of.rows(connection, sorted(root_of)))
        for person_id, account_id, _ in sorted(accounts, key=itemgetter(2, 1)):
            node = nodes[root_of[person_id]]
            if account_id not in node.accounts:
                node.accounts += (account_id,)

    def remember(self, changes: Changes) -> None:
        with self.engine.begin() as connection:
            _remember_people(connection, changes)
            _remember_facts(connection, changes)
            if changes.seen:
                connection.execute(t.unsynced_keys.insert(), {"keys": pack(changes.seen)})
            committed = {number: at for number, (_, at) in changes.marks.items()}
            reached = ((number, offset, committed.get(number)) for number, offset in changes.applied.items())
            upsert(connection, t.positions, reached)

    def unsynced(self) -> Iterator[SeenKey]:
        self._unsynced_before = 0
        with self.engine.connect() as connection:
            for (blob,) in connection.execute(select(t.unsynced_keys.c["keys"]).order_by(t.unsynced_keys.c.id)):
                yield from unpack(blob)

    def synced(self) -> None:
        key = t.unsynced_keys.c.id
        with self.engine.begin() as connection:
            connection.execute(delete(t.unsynced_keys).where(key <= self._unsynced_before))
            self._unsynced_before = connection.execute(select(func.coalesce(func.max(key), 0))).scalar_one()


def _remember_people(connection: Connection, changes: Changes) -> None:
    carried = dict(changes.user_ids)
    made = [
        (person_id, workspace, at, person_id, carried.pop(person_id, None))
        for workspace, person_id, at in changes.created
    ]
    execute_many(connection, t.nodes.insert(), ("person_id", "workspace", "created_at", "root", "user_id"), made)
    attached = ((identifier_key(each), *each, *to) for each, to in changes.attached.items())
    upsert(connection, t.identifiers, attached)
    _merge(connection, changes.merges)
    carry = update(t.nodes).where(t.nodes.c.person_id == bindparam("carrier")).values(user_id=bindparam("carried"))
    execute_many(connection, carry, ("carried", "carrier"), ((user_id, root) for root, user_id in carried.items()))


def _merge(connection: Connection, merges: list[Merge]) -> None:
    """In the order of the merges: a later one may absorb what an earlier one left."""
    if not merges:
        return
    n = t.nodes.c
    into: BindParameter[str] = bindparam("into")
    gone: BindParameter[str] = bindparam("gone")
    pairs = [{"into": merge.survivor, "gone": merge.absorbed} for merge in merges]
    connection.execute(update(t.nodes).where(n.person_id == gone).values(merged_into=into), pairs)
    connection.execute(update(t.nodes).where(n.root == gone).values(root=into), pairs)
    rows = [
        {**structs.asdict(merge), "identifiers": msgspec.json.encode(merge.identifiers).decode()} for merge in merges
    ]
    connection.execute(t.merges.insert(), rows)


def _remember_facts(connection: Connection, changes: Changes) -> None:
    upsert(connection, t.conflicts, map(attrgetter(*names(t.conflicts)), changes.conflicts))
    _upsert_newer_traits(connection, changes)
    accounts = ((person_id, account_id, at) for (_, person_id, account_id), at in changes.accounts.items())
    first_wins = inserter(connection, t.accounts).on_conflict_do_nothing()
    execute_many(connection, first_wins, names(t.accounts), accounts)
    catalog.add(connection, changes.catalog)
    upsert(connection, t.quarantine, map(attrgetter(*names(t.quarantine)), changes.quarantined))
    for part in _chunks(changes.released):
        connection.execute(delete(t.quarantine).where(t.quarantine.c.event_id.in_(part)))


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[at : at + MOST_VALUES] for at in range(0, len(items), MOST_VALUES))


def _upsert_newer_traits(connection: Connection, changes: Changes) -> None:
    if not changes.traits:
        return
    statement = inserter(connection, t.traits)
    new, old = statement.excluded, t.traits.c
    statement = statement.on_conflict_do_update(
        index_elements=["person_id", "name"],
        set_={"value": new.value, "occurred_at": new.occurred_at, "event_id": new.event_id},
        where=tuple_(new.occurred_at, new.event_id) > tuple_(old.occurred_at, old.event_id),
    )
    encode = msgspec.json.Encoder().encode
    rows = (
        (trait.person_id, trait.name, encode(trait.value).decode(), trait.occurred_at, trait.event_id)
        for trait in changes.traits.values()
    )
    execute_many(connection, statement, names(t.traits), rows)
