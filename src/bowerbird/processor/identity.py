"""Who an event belongs to: a pure decision on the identifiers that it names and the people that carry them."""

from collections.abc import Mapping, Sequence, Set
from sys import intern
from typing import NamedTuple

import msgspec

from bowerbird.event import Event
from bowerbird.state.base import Identifier, Node, identifier

MOST_NODES = 1_000
"""Nodes of a person. One with more (a kiosk's login, a test account, a bot) would make every look at it slow: it takes
nobody further in, as if an operator kept them apart."""

KeptApart = Mapping[str, Set[str]]
"""By node, the nodes that no event may merge it with."""


class Named(NamedTuple):
    """An identifier of the event that somebody carries."""

    identifier: Identifier
    node: str
    """The node it is attached to."""
    root: Node


class Decision(msgspec.Struct, gc=False, frozen=True, eq=False):
    """Whom the event goes to, and what follows for others."""

    node: str | None
    """The node that the event belongs to; None: a new person."""
    root: Node | None
    """That node's root; None: a new person."""
    merged: tuple[Node, ...] = ()
    """Roots that become one with it."""
    conflicts: tuple[Named, ...] = ()
    """Identifiers whose people carry another user_id, or would be too much for it."""
    kept_apart: tuple[Named, ...] = ()
    """Identifiers whose people an operator keeps apart from it."""
    user_id: str | None = None
    """The user_id that the person carries from now on."""
    unclaimed: Sequence[Identifier] = ()
    """Identifiers that nobody carries yet."""


NOBODY = Decision(None, None)


def identifiers_of(event: Event) -> list[Identifier]:
    """The event's identifiers, strongest first: user_id, a vendor's own, e-mails, phones, anonymous_id. Of two
    e-mails the event's own comes second, of two phones first: the order of Flywheel, the one vendor that sends two."""
    workspace = intern(event.workspace)  # equal to those in the cache at a glance, and held once
    found: list[Identifier] = []
    if event.user_id:
        found.append((workspace, "user_id", event.user_id))
    others = event.other_ids
    if others:
        found += [
            identifier(workspace, kind, value)
            for kind, value in others.items()
            if value and kind not in {"email", "phone"}
        ]
        if email := others.get("email"):
            found.append(identifier(workspace, "email", email))
    if event.email and not event.email.isspace():
        found.append(identifier(workspace, "email", event.email))
    if event.phone:
        found.append(identifier(workspace, "phone", event.phone))
    if others and (phone := others.get("phone")):
        found.append(identifier(workspace, "phone", phone))
    if event.anonymous_id:
        found.append((workspace, "anonymous_id", event.anonymous_id))
    return found


def decide(user_id: str | None, named: Sequence[Named], kept_apart: KeptApart) -> Decision:
    """Whom an event with this user_id and these known identifiers (strongest first) goes to.

    The strongest identifier whose person may carry the event's user_id decides. Everybody else named becomes one
    with that person, except who carries another user_id, was kept apart by an operator, or is too much: that is a
    conflict.
    """
    if not named:
        return Decision(None, None, user_id=user_id)
    node: str | None = None
    chosen: list[Node] = []
    conflicts: list[Named] = []
    apart: list[Named] = []
    for each in named:
        root = each.root
        if root in chosen:
            continue
        other_user = user_id and root.user_id and root.user_id != user_id
        if chosen and kept_apart and _are_apart(root, chosen, kept_apart):
            apart.append(each)
        elif other_user or (chosen and _too_many(root, chosen)):
            conflicts.append(each)
        else:
            node = node or each.node
            chosen.append(root)
            user_id = user_id or root.user_id
    root_chosen = chosen[0] if chosen else None
    return Decision(node, root_chosen, tuple(chosen[1:]), tuple(conflicts), tuple(apart), user_id)


def _too_many(root: Node, chosen: Sequence[Node]) -> bool:
    return len(root.absorbed) + sum(len(other.absorbed) + 1 for other in chosen) >= MOST_NODES


def _are_apart(root: Node, chosen: Sequence[Node], kept_apart: KeptApart) -> bool:
    others = {node for other in chosen for node in (other.person_id, *other.absorbed)}
    return any(not others.isdisjoint(kept_apart.get(node, ())) for node in (root.person_id, *root.absorbed))
