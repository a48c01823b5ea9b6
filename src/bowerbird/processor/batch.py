"""What the steps work on: a batch of events, and each event on its way through the steps."""

from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.event import Event, Position
from bowerbird.processor.catalog import Catalog
from bowerbird.processor.dedupe import Keys
from bowerbird.processor.identity import NOBODY
from bowerbird.processor.people import People
from bowerbird.state.base import Changes, Identifier
from bowerbird.warehouse.base import Outcome, Row


class Item:
    """An event on its way. A step that gives it an outcome ends its way."""

    __slots__ = ("decision", "dedupe_key", "duplicate_of", "event", "identifiers", "outcome", "person_id",
                 "position")  # fmt: skip

    def __init__(self, position: Position, event: Event, identifiers: Sequence[Identifier]) -> None:
        self.position = position
        self.event = event
        self.identifiers = identifiers
        """Strongest first."""
        self.decision = NOBODY
        self.dedupe_key: bytes | None = None
        self.person_id: str | None = None
        self.duplicate_of: str | None = None
        self.outcome: Outcome | None = None

    def row(self) -> Row:
        return Row(self.position, self.event, self.outcome or "stored", self.person_id, self.duplicate_of)


class Batch(NamedTuple):
    """The events at hand, and what they change."""

    items: list[Item]
    people: People
    keys: Keys
    catalog: Catalog
    changes: Changes
