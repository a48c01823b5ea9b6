"""What the steps work on: a batch of events, and each event on its way through the steps."""

from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.event import Event, Position
from bowerbird.processor.catalog import Catalog
from bowerbird.processor.dedupe import Keys
from bowerbird.processor.identity import NOBODY, Decision, identifiers_of
from bowerbird.processor.people import People
from bowerbird.processor.quarantine import Bar
from bowerbird.state.base import Changes, Identifier
from bowerbird.warehouse.base import Row


class Item(Row, gc=False, eq=False):
    """An event on its way to the row that it becomes. It is to be stored, unless a step gives it another outcome, which
    ends its way."""

    identifiers: Sequence[Identifier] = ()
    """Strongest first."""
    decision: Decision = NOBODY
    dedupe_keys: Sequence[bytes] = ()
    """By which it is remembered once it is through."""

    @classmethod
    def of(cls, position: Position, event: Event) -> "Item":
        return cls(position, event, "stored", None, None, identifiers_of(event))


class Failed(NamedTuple):
    """An event, as it stands in the log, that a step raised on."""

    position: Position
    event: Event
    bar: Bar


class Batch(NamedTuple):
    """What the events of a batch meet and change."""

    people: People
    keys: Keys
    catalog: Catalog
    changes: Changes
    failed: list[Failed]
    """In the order in which they failed. Where there are any, the batch is void."""

    def learned(self) -> Changes:
        """All that changes, once the last event is through."""
        self.changes.catalog = self.catalog.counts()
        return self.changes
