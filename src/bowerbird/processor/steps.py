"""The way of an event through the processor, as a list. Each step either lets the event on, or ends its way by giving
it an outcome. A step that raises sends this one event to quarantine and leaves no trace of it."""

from collections.abc import Callable

from msgspec.structs import replace

from bowerbird.processor.attribution import click_id_of
from bowerbird.processor.batch import Batch, Item
from bowerbird.processor.dedupe import keys_of
from bowerbird.processor.people import account_of, learn_traits

Step = Callable[[Item, Batch], None]


def pass_tombstone(item: Item, batch: Batch) -> None:
    """An erased event is counted as such, and nothing else; but that it was there stays known, so that a copy of it
    does not bring it back."""
    event = item.event
    if event.kind != "erased":
        return
    item.outcome = "erased"
    if event.dedupe_key is not None:
        met, kept = keys_of(event, item.position, item.decision, ())
        if batch.keys.first(event, met) is None:
            batch.keys.learn(event, kept, batch.changes)


def find_person(item: Item, batch: Batch) -> None:
    """Whom the event would go to; nothing changes yet."""
    item.decision = batch.people.decide(item.event.user_id, item.identifiers)


def drop_duplicates(item: Item, batch: Batch) -> None:
    """The first one processed wins; a later one ends here, before it could change anybody."""
    event = item.event
    if event.dedupe_key is None:
        return
    met, item.dedupe_keys = keys_of(event, item.position, item.decision, item.identifiers)
    item.duplicate_of = batch.keys.first(event, met)
    if item.duplicate_of is not None:
        item.outcome = "duplicate"
        item.person_id = item.decision.node


def resolve_identity(item: Item, batch: Batch) -> None:
    """The person comes about, takes on identifiers, merges; takes over traits and account."""
    event, changes = item.event, batch.changes
    item.person_id, root = batch.people.resolve(event, item.position, item.identifiers, item.decision, changes)
    if event.traits:
        learn_traits(event, item.person_id, changes)
    account_id = account_of(event, item.person_id, root, changes)
    if account_id != event.account_id:
        item.event = replace(event, account_id=account_id)
    if item.dedupe_keys:
        batch.keys.learn(event, item.dedupe_keys, changes)
    if not event.stored:
        item.outcome = "identify_only"


def attribute(item: Item, _batch: Batch) -> None:
    """The click that led here."""
    click_id = click_id_of(item.event)
    if click_id != item.event.click_id:
        item.event = replace(item.event, click_id=click_id)


def learn_catalog(item: Item, batch: Batch) -> None:
    """What events of this name look like."""
    batch.catalog.learn(item.event)


STEPS: tuple[Step, ...] = (
    pass_tombstone,
    find_person,
    drop_duplicates,
    resolve_identity,
    attribute,
    learn_catalog,
)
