"""The people that batches meet: what the state knows of them, with the changes of the batch at hand over it."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from bowerbird.event import Event, Position
from bowerbird.person_ids import person_id_of
from bowerbird.processor.identity import Decision, Named, decide
from bowerbird.state.base import MOST_TRAITS, Changes, Conflict, Identifier, Known, Merge, Node, ProcessorState, Trait


class Member(Struct, eq=False, gc=False):
    """A node, and the root it belongs to by now."""

    person_id: str
    root: Node


class Generation(NamedTuple):
    """Whoever is in it, by identifier or person id, is there with the root's member: a person has one `Node`."""

    owners: dict[Identifier, Member]
    members: dict[str, Member]


class People:
    """A bounded cache of the state in which a batch works; after a batch that failed it must `forget`.

    It has two generations. Whoever a batch names comes to the younger one; once that is full, the older one goes.
    """

    def __init__(self, state: ProcessorState, capacity: int = 400_000) -> None:
        """`capacity`: identifiers held, give or take a batch."""
        self.state = state
        self.capacity = capacity
        self.forget()
        self.kept_apart: dict[str, set[str]] = {}

    def forget(self) -> None:
        self.owners: dict[Identifier, Member] = {}
        self.members: dict[str, Member] = {}
        """By person id."""
        self._older = Generation({}, {})

    def anew(self) -> "People":
        """As the state knows them."""
        people = People(self.state, self.capacity)
        people.kept_apart = self.kept_apart
        return people

    def keep_apart(self, pairs: Iterable[tuple[str, str]]) -> None:
        """From now on no event merges these nodes, and only these; pairs come in both orders."""
        self.kept_apart = {}
        for one, other in pairs:
            self.kept_apart.setdefault(one, set()).add(other)

    def make_room(self) -> None:
        """Only between batches: within one, the younger generation holds what is not remembered yet."""
        if len(self.owners) > self.capacity // 2:
            self._older = Generation(self.owners, self.members)
            self.owners, self.members = {}, {}

    def prepare(self, named: Iterable[Sequence[Identifier]]) -> None:
        """Looks up the identifiers of many events at once."""
        owners = self.owners
        missing = {each for identifiers in named for each in identifiers if each not in owners}
        unknown: list[Identifier] = []
        for each in missing:
            if (older := self._older.owners.get(each)) is None:
                unknown.append(each)
            else:
                owners[each] = self._kept(older)
        if unknown:
            self._learn(self.state.load(unknown))

    def _learn(self, known: Known) -> None:
        for person_id, node in known.nodes.items():
            if self._member(person_id) is None:
                self.members[person_id] = Member(person_id, node)
        for person_id, root in known.roots.items():
            if self._member(person_id) is None:
                self.members[person_id] = Member(person_id, self.members[root].root)
        for each, person_id in known.owners.items():
            self.owners[each] = self.members[person_id]

    def _member(self, person_id: str) -> Member | None:
        """Of the younger generation, to which it comes now where it was in the older one."""
        member = self.members.get(person_id)
        if member is None and (older := self._older.members.get(person_id)) is not None:
            return self._kept(older)
        return member

    def _kept(self, member: Member) -> Member:
        """Comes to the younger generation, with its root."""
        root_id = member.root.person_id
        self.members[member.person_id] = member
        if root_id not in self.members:
            self.members[root_id] = self._older.members[root_id]
        return member

    def decide(self, user_id: str | None, identifiers: Sequence[Identifier]) -> Decision:
        """Whom an event with this user_id and these identifiers (strongest first) goes to; nothing changes.

        Most events name one person, with nothing to merge or contest; the others are for `identity.decide`.
        """
        owners = self.owners
        found: Member | None = None
        unclaimed: list[Identifier] = []
        for each in identifiers:
            owner = owners.get(each)
            if owner is None:
                unclaimed.append(each)
            elif found is None:
                found = owner
            elif owner.root is not found.root:
                return self._weigh(user_id, identifiers)
        if found is None:
            return Decision(None, None, (), (), (), user_id, unclaimed)
        root = found.root
        if user_id and root.user_id and root.user_id != user_id:
            return self._weigh(user_id, identifiers)
        return Decision(found.person_id, root, (), (), (), user_id or root.user_id, unclaimed)

    def _weigh(self, user_id: str | None, identifiers: Sequence[Identifier]) -> Decision:
        named: list[Named] = []
        unclaimed: list[Identifier] = []
        for each in identifiers:
            owner = self.owners.get(each)
            if owner is None:
                unclaimed.append(each)
            else:
                named.append(Named(each, owner.person_id, owner.root))
        return replace(decide(user_id, named, self.kept_apart), unclaimed=unclaimed)

    def resolve(
        self,
        event: Event,
        position: Position,
        identifiers: Sequence[Identifier],
        decision: Decision,
        changes: Changes,
    ) -> tuple[str, Node]:
        """Makes the decision true for the event at this position. Returns the event's node and its root."""
        if decision.node is None or decision.root is None:
            node = person_id_of(position)
            root = self._create(node, event, changes)
        else:
            node, root = decision.node, decision.root
        for other in decision.merged:
            root = self._merge(root, other, event, identifiers, changes)
        if decision.user_id and root.user_id != decision.user_id:
            root.user_id = changes.user_ids[root.person_id] = decision.user_id
        for each in decision.unclaimed:
            self._attach(each, node, event, changes)
        for contested in decision.conflicts:
            follows = contested.identifier[1] == "anonymous_id" and decision.user_id is not None
            self._settle(contested, node, follows, event, changes)
        for contested in decision.kept_apart:
            self._settle(contested, node, False, event, changes)
        return node, root

    def _create(self, person_id: str, event: Event, changes: Changes) -> Node:
        root = Node(person_id, event.received_at)
        self.members[person_id] = Member(person_id, root)
        changes.created.append((event.workspace, person_id, event.received_at))
        return root

    def _attach(self, identifier: Identifier, node: str, event: Event, changes: Changes) -> None:
        self.owners[identifier] = self.members[node]
        changes.attached[identifier] = (node, event.event_id, event.received_at)

    def _merge(self, one: Node, other: Node, event: Event, identifiers: Sequence[Identifier], changes: Changes) -> Node:
        """Two roots become one; the older survives."""
        survivor, absorbed = sorted((one, other), key=lambda node: (node.created_at, node.person_id))
        survivor.absorbed += (absorbed.person_id, *absorbed.absorbed)
        survivor.accounts = tuple(dict.fromkeys(survivor.accounts + absorbed.accounts))
        for person_id in (absorbed.person_id, *absorbed.absorbed):
            member = self._member(person_id)
            if member is None:
                member = self.members[person_id] = Member(person_id, survivor)
            member.root = survivor
            changes.rooted[person_id] = survivor.person_id
        if absorbed.user_id and not survivor.user_id:
            survivor.user_id = changes.user_ids[survivor.person_id] = absorbed.user_id
        changes.merges.append(
            Merge(
                workspace=event.workspace,
                survivor=survivor.person_id,
                absorbed=absorbed.person_id,
                event_id=event.event_id,
                identifiers=tuple((kind, value) for _, kind, value in identifiers),
                merged_at=event.received_at,
            )
        )
        return survivor

    def _settle(self, contested: Named, node: str, moves: bool, event: Event, changes: Changes) -> None:
        """A contested anonymous_id follows the latest identified user (a shared device), unless an operator keeps
        the two apart; anything else stays."""
        workspace, kind, value = contested.identifier
        if moves:
            self._attach(contested.identifier, node, event, changes)
        changes.conflicts.append(
            Conflict(
                workspace=workspace,
                event_id=event.event_id,
                person_id=node,
                other_id=contested.root.person_id,
                kind=kind,
                value=value,
                resolution="moved" if moves else "stayed",
                at=event.received_at,
            )
        )


def learn_traits(event: Event, node: str, changes: Changes) -> None:
    """The newest event time wins for each trait."""
    traits = changes.traits
    for name, value in islice(event.traits.items(), MOST_TRAITS):
        key = (event.workspace, node, name)
        known = traits.get(key)
        if known is None or (known.occurred_at, known.event_id) < (event.occurred_at, event.event_id):
            traits[key] = Trait(event.workspace, node, name, value, event.occurred_at, event.event_id)


MOST_ACCOUNTS = 1_000
"""Accounts that a person belongs to; events of further ones keep their account all the same."""


def account_of(event: Event, node: str, root: Node, changes: Changes) -> str | None:
    """The event's account: its own, which the person then belongs to; else the person's, if it has just one."""
    account_id = event.account_id
    if account_id:
        if account_id not in root.accounts and len(root.accounts) < MOST_ACCOUNTS:
            root.accounts += (account_id,)
            changes.accounts[event.workspace, node, account_id] = event.received_at
        return account_id
    return root.accounts[0] if len(root.accounts) == 1 else None
