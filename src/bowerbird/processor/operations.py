"""What an operator may ask of the processor. Runs in the processor's thread, between two batches."""

from bowerbird.clock import Clock
from bowerbird.errors import ConflictError, NotFoundError, WarehouseRejectedError
from bowerbird.event import Event, Position
from bowerbird.eventlog.codec import decode_one, tombstone
from bowerbird.processor.batch import Item
from bowerbird.processor.facts import facts_of
from bowerbird.processor.identity import identifiers_of
from bowerbird.processor.quarantine import UnfitError
from bowerbird.processor.worker import Processor
from bowerbird.state.base import PeopleReader, QuarantineEntry, Upkeep, identifier
from bowerbird.warehouse.base import Row, StoredEvent
from bowerbird.warehouse.facts import Facts


class Operations:
    def __init__(self, processor: Processor, upkeep: Upkeep, people: PeopleReader, clock: Clock) -> None:
        self.processor = processor
        self.upkeep = upkeep
        self.people = people
        self.clock = clock

    def recover(self) -> None:
        self.processor.people.keep_apart(self.upkeep.kept_apart())
        self.processor.recover()
        self._align_roots()

    def _align_roots(self) -> None:
        """Tells the warehouse where its idea of who belongs to whom differs from the state's."""
        known, told = self.upkeep.merged(), self.processor.warehouse.aliases()
        apart = {person: person for person in told if person not in known}
        moved = {person: root for person, root in known.items() if told.get(person) != root}
        if apart or moved:
            self.processor.warehouse.restore((), Facts(apart | moved))

    def unmerge(self, workspace: str, person_id: str) -> tuple[str, str]:
        merge = self.upkeep.unmerge(workspace, person_id, self.clock.now())
        self.processor.people.forget()
        self.processor.people.keep_apart(self.upkeep.kept_apart())
        self._align_roots()
        return merge.survivor, merge.absorbed

    def erase(self, workspace: str, person_id: str) -> int:
        """The log first, the person last: an erasure cut short is found again, and finished, by asking again."""
        processor = self.processor
        heads = processor.log.heads()
        while processor.run_once(upto=heads):
            pass
        nodes = self.people.members(workspace, person_id)
        if not nodes:
            raise NotFoundError(
                f"no person {person_id} in workspace {workspace}", "`bowerbird person find` finds people."
            )
        held = {each.event_id: _tombstone(each) for each in processor.warehouse.of_people(workspace, nodes)}
        repeats = processor.warehouse.repeats_of(workspace, list(held))  # under whomever they name
        rows = [*(held | {each.event_id: _tombstone(each) for each in repeats}).values()]
        quarantined = self.held_back(workspace, person_id)
        rows += [_tombstone_of_entry(each) for each in quarantined]
        named = [(row.position.partition, row.position.offset, row.event.event_id) for row in rows]
        processor.log.erase(named, frozenset(each.event_id for each in quarantined))
        processor.warehouse.restore(rows)
        processor.warehouse.forget(nodes)
        self.upkeep.erase(workspace, nodes, [each.event_id for each in quarantined])
        processor.people.forget()
        return len(rows)

    def held_back(self, workspace: str, person_id: str) -> list[QuarantineEntry]:
        """Quarantined events that name the person."""
        person = self.people.person(workspace, person_id)
        carried = (
            {identifier(workspace, each["kind"], each["value"]) for each in person.identifiers} if person else set()
        )
        return [
            entry
            for entry in self.upkeep.entries(workspace, None)
            if isinstance(event := decode_one(entry.payload), Event) and carried.intersection(identifiers_of(event))
        ]

    def retry(self, workspace: str, event_ids: list[str] | None) -> tuple[int, int]:
        entries = self.upkeep.entries(workspace, event_ids)
        if missing := sorted({*(event_ids or ())} - {entry.event_id for entry in entries}):
            raise NotFoundError(
                f"not in quarantine: {', '.join(missing[:10])}", "`bowerbird quarantine list` shows what is."
            )
        released = sum(self._retry(entry) for entry in entries)
        return released, len(entries) - released

    def _retry(self, entry: QuarantineEntry) -> bool:
        event = decode_one(entry.payload)
        if not isinstance(event, Event):
            return False
        position = Position(entry.partition, entry.offset, entry.index)
        batch = self.processor.batch()
        item = Item.of(position, event)
        try:
            self.processor.decide([item], batch)
            if batch.failed:
                raise UnfitError(self.processor.to_blame(batch.failed))
            changes = batch.learned()
            changes.released = [entry.event_id]
            self.processor.warehouse.restore([item], facts_of(changes))
        except (UnfitError, WarehouseRejectedError):
            self.processor.people.forget()
            return False
        self.processor.remember(changes)
        return True

    def replay(self) -> int:
        """State first: until the warehouse is cleared too, a restart finds the same events stored already."""
        log = self.processor.log
        heads = log.heads()
        starts = {row.partition for row in log.read({}, 1 << 62, upto=dict.fromkeys(heads, 1))}
        if missing := sorted(partition for partition, head in heads.items() if head and partition not in starts):
            raise ConflictError(
                f"the log no longer starts at its first event (partitions {missing}): older segments have expired",
                "A replay would lose what only the warehouse still holds. Restore a backup instead.",
            )
        self.upkeep.clear()
        self.processor.seen.clear()
        self.processor.warehouse.clear()
        self.recover()
        return sum(log.tally({}, heads).values())


def _tombstone(stored: StoredEvent) -> Row:
    event = tombstone(stored.workspace, stored.event_id, stored.dialect, stored.received_at, key_id=stored.key_id)
    return Row(stored.position, event, "erased")


def _tombstone_of_entry(entry: QuarantineEntry) -> Row:
    event = tombstone(entry.workspace, entry.event_id, entry.dialect, entry.received_at)
    return Row(Position(entry.partition, entry.offset, entry.index), event, "erased")
