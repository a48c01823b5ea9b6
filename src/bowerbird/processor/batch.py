"""What the steps work on: a batch of events, and each event on its way through the steps."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from bowerbird.event import Event, Position
from bowerbird.processor.catalog import Catalog
from bowerbird.processor.dedupe import Keys
from bowerbird.processor.identity import NOBODY, Decision
from bowerbird.processor.people import People
from bowerbird.state.base import Changes, Identifier
from bowerbird.warehouse.base import Outcome, Row


class Item(msgspec.Struct, gc=False, eq=False):
    """An event on its way. A step that gives it an outcome ends its way."""

    position: Position
    event: Event
    identifiers: Sequence[Identifier]
    """Strongest first."""
    decision: Decision = NOBODY
    dedupe_key: bytes | None = None
    person_id: str | None = None
    duplicate_of: str | None = None
    outcome: Outcome | None = None

    def row(self) -> Row:
        return Row(self.position, self.event, self.outcome or "stored", self.person_id, self.duplicate_of)


class Batch(NamedTuple):
    """What the events of a batch meet and change."""

    people: People
    keys: Keys
    catalog: Catalog
    changes: Changes
