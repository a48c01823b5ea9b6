"""Which event is a second copy of an earlier one."""

from hashlib import blake2b

from bowerbird.event import Event, Position
from bowerbird.person_ids import person_id_of
from bowerbird.processor.identity import Decision
from bowerbird.state.base import Changes, Seen, SeenKey

DAY = 86_400_000_000
"""µs"""
_BLAKE = blake2b(digest_size=16)


class Keys:
    """The dedupe keys of remembered batches, with those of the batch at hand over them."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.new: dict[tuple[bytes, int | None], tuple[str, int]] = {}

    def first(self, event: Event, keys: list[bytes]) -> str | None:
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

    def learn(self, event: Event, key: bytes, changes: Changes) -> None:
        day = None if event.dedupe_ttl is None else event.received_at // DAY
        self.new[key, day] = (event.event_id, event.received_at)
        changes.seen.append(SeenKey(key, day, event.event_id, event.received_at))


def _days(event: Event) -> tuple[int | None, ...]:
    """The days under which a copy may stand, its own first. A lifetime is a day at most, so neighbours will do."""
    if event.dedupe_ttl is None:
        return (None,)
    day = event.received_at // DAY
    return day, day - 1, day + 1


def keys_of(event: Event, position: Position, decision: Decision) -> list[bytes]:
    """The keys under which this event may have been seen before, the one it is remembered by first.

    In scope `person` that is a key for the node the event goes to, and one for each other node of that person: an
    event is the same one whichever of a person's identifiers named it, and whatever was merged since. It is
    remembered with its node, which takes it along when a merge is undone.
    """
    if event.dedupe_scope == "workspace":
        return [_digest(event, "")]
    if decision.node is None or decision.root is None:
        return [_digest(event, person_id_of(position))]
    roots = (decision.root, *decision.merged)
    nodes = dict.fromkeys([decision.node, *(node for root in roots for node in (root.person_id, *root.absorbed))])
    return [_digest(event, node) for node in nodes]


def _digest(event: Event, person_id: str) -> bytes:
    digest = _BLAKE.copy()  # half as dear as a new one
    digest.update(f"{event.workspace}\x1f{event.dialect}\x1f{person_id}\x1f{event.dedupe_key}".encode())
    return digest.digest()
