"""What an operator may ask of the processor. Runs in the processor's thread, between two batches."""

from collections.abc import Collection, Iterator, Sequence

from bowerbird.clock import Clock
from bowerbird.errors import ConflictError, NotFoundError, WarehouseRejectedError
from bowerbird.event import Event, Position
from bowerbird.eventlog.codec import decode_one, tombstone
from bowerbird.eventlog.whole import WAY_OUT, check_same, shortfall
from bowerbird.processor.batch import Item
from bowerbird.processor.facts import facts_of
from bowerbird.processor.identity import identifiers_of
from bowerbird.processor.quarantine import UnfitError
from bowerbird.processor.worker import HANDFUL, Processor
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
        self._finish_retry()
        self._align_roots()

    def _finish_retry(self) -> None:
        """Releases what the warehouse has as released: a retry was cut short before the state knew of it. Nothing was
        processed since, so it comes out as it did."""
        waiting = self.processor.warehouse.quarantined({})
        released = [each for each in self.upkeep.quarantined(None) if each not in waiting]
        for handful in _handfuls(released):
            entries = self.upkeep.entries(None, handful)
            self._release([item for entry in entries if self._is_released(entry) and (item := _item(entry))])

    def _is_released(self, entry: QuarantineEntry) -> bool:
        found = self.processor.warehouse.find(entry.workspace, entry.event_id)
        return any(each.event_id == entry.event_id and each.outcome != "erased" for each in found)

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
            for entry in self._entries(workspace, self.upkeep.quarantined(workspace))
            if isinstance(event := decode_one(entry.payload), Event) and carried.intersection(identifiers_of(event))
        ]

    def _entries(self, workspace: str, event_ids: Sequence[str]) -> Iterator[QuarantineEntry]:
        for handful in _handfuls(event_ids):
            yield from self.upkeep.entries(workspace, handful)

    def quarantined(self, workspace: str, event_ids: Sequence[str] | None) -> list[str]:
        """Which of these events (None: of all) are in quarantine, oldest first. Raises `NotFoundError` for one that is
        not."""
        there = self.upkeep.quarantined(workspace)
        if event_ids is None:
            return there
        wanted = {*event_ids}
        if missing := sorted(wanted.difference(there)):
            raise NotFoundError(
                f"not in quarantine: {', '.join(missing[:10])}", "`bowerbird quarantine list` shows what is."
            )
        return [each for each in there if each in wanted]

    def retry(self, workspace: str, event_ids: Sequence[str]) -> tuple[int, int]:
        """A handful of quarantined events; passes over those that are no longer there."""
        entries = self.upkeep.entries(workspace, event_ids)
        released = self._release([item for entry in entries if (item := _item(entry))])
        return released, len(entries) - released

    def _release(self, items: Sequence[Item]) -> int:
        """Takes the events through the steps, together but for those that fail, and returns how many went through."""
        while items:
            try:
                self._commit([Item.of(each.position, each.event) for each in items])
            except UnfitError as failure:
                unfit: Collection[str] = failure.events
            except WarehouseRejectedError as failure:
                unfit = failure.reasons
            else:
                return len(items)
            self.processor.people.forget()
            fit = [each for each in items if each.event.event_id not in unfit]
            if len(fit) == len(items):
                return self._release_parts(items)
            items = fit
        return 0

    def _release_parts(self, items: Sequence[Item]) -> int:
        """Where the warehouse cannot tell which one does not fit."""
        middle = len(items) // 2
        return self._release(items[:middle]) + self._release(items[middle:]) if middle else 0

    def _commit(self, items: Sequence[Item]) -> None:
        batch = self.processor.batch()
        self.processor.decide(items, batch)
        if batch.failed:
            raise UnfitError(self.processor.to_blame(batch.failed))
        changes = batch.learned()
        changes.released = [item.event.event_id for item in items]
        self.processor.warehouse.restore(items, facts_of(changes))
        self.processor.remember(changes)

    def replay(self) -> int:
        """State first: until the warehouse is cleared too, a restart finds the same events stored already."""
        log = self.processor.log
        heads = log.heads()
        state = self.processor.state
        if told := shortfall(heads, state.applied(), self.processor.warehouse.applied()):
            raise ConflictError(f"a replay would lose what is stored: {told}", WAY_OUT)
        check_same(log, state.marks())
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


def _handfuls(event_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (event_ids[at : at + HANDFUL] for at in range(0, len(event_ids), HANDFUL))


def _item(entry: QuarantineEntry) -> Item | None:
    """None: it does not decode."""
    event = decode_one(entry.payload)
    return Item.of(Position(entry.partition, entry.offset, entry.index), event) if isinstance(event, Event) else None


def _tombstone(stored: StoredEvent) -> Row:
    event = tombstone(stored.workspace, stored.event_id, stored.dialect, stored.received_at, key_id=stored.key_id)
    return Row(stored.position, event, "erased")


def _tombstone_of_entry(entry: QuarantineEntry) -> Row:
    event = tombstone(entry.workspace, entry.event_id, entry.dialect, entry.received_at)
    return Row(Position(entry.partition, entry.offset, entry.index), event, "erased")
