"""Which event is a second copy of an earlier one."""

from collections.abc import Sequence

from bowerbird.clock import DAY
from bowerbird.dedupe_keys import dedupe_digest
from bowerbird.event import Event, Position
from bowerbird.person_ids import person_id_of
from bowerbird.processor.identity import Decision
from bowerbird.state.base import Changes, Identifier, Seen, SeenKey


class Keys:
    """The dedupe keys of remembered batches, with those of the batch at hand over them."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.new: dict[tuple[bytes, int | None], tuple[str, int]] = {}

    def first(self, event: Event, keys: Sequence[bytes]) -> str | None:
        """The id of the earliest event that this one repeats; None for a first one. An event that meets its own
        trace repeats nothing."""
        ttl = event.dedupe_ttl
        earliest: tuple[str, int] | None = None
        days = _days(event)
        for key in keys:
            for day in days:
                found = self.new.get((key, day)) or self.seen.first(key, day)
                if found is None or found[0] == event.event_id:
                    continue
                if (ttl is None or abs(event.received_at - found[1]) < ttl) and (
                    earliest is None or found[1] < earliest[1]
                ):
                    earliest = found
        return earliest and earliest[0]

    def learn(self, event: Event, keys: Sequence[bytes], changes: Changes) -> None:
        day = None if event.dedupe_ttl is None else event.received_at // DAY
        for key in keys:
            self.new[key, day] = (event.event_id, event.received_at)
            changes.seen.append(SeenKey(key, day, event.event_id, event.received_at))


def _days(event: Event) -> tuple[int | None, ...]:
    """The days under which a copy may stand, its own first. A lifetime is a day at most, so neighbours will do."""
    if event.dedupe_ttl is None:
        return (None,)
    day = event.received_at // DAY
    return day, day - 1, day + 1


def keys_of(
    event: Event, position: Position, decision: Decision, identifiers: Sequence[Identifier]
) -> tuple[list[bytes], list[bytes]]:
    """(Keys under which an event may have been seen before, keys by which it is remembered), of an event that has one
    of its own.

    In scope `person` an event is met under each node of the person that it goes to: it is the same one whichever of a
    person's identifiers named it, and whatever was merged since. It is remembered with its own node, which takes it
    along when a merge is undone; and with its strongest identifier, under which it is met again when that has moved
    to somebody else.
    """
    if event.kind == "erased":
        key = [bytes.fromhex(event.dedupe_key or "")]
        return key, key
    if event.dedupe_scope == "workspace":
        key = [_digest(event, "")]
        return key, key
    named = [_digest(event, f"{kind}={value}") for _, kind, value in identifiers[:1]]
    if decision.node is None or decision.root is None:
        key = [_digest(event, person_id_of(position)), *named]
        return key, key
    roots = (decision.root, *decision.merged)
    nodes = dict.fromkeys([decision.node, *(node for root in roots for node in (root.person_id, *root.absorbed))])
    of_nodes = [_digest(event, node) for node in nodes]
    return [*of_nodes, *named], [of_nodes[0], *named]


def _digest(event: Event, whose: str) -> bytes:
    return dedupe_digest(event.workspace, event.dialect, whose, event.dedupe_key or "")
