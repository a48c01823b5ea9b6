"""What is said of people, beside the events: whom they were merged into, and their traits with all that these were."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Told(NamedTuple):
    """What an event said of a person. `value` is JSON, `occurred_at` µs."""

    workspace: str
    person_id: str
    name: str
    value: str
    occurred_at: int
    event_id: str


class Facts(NamedTuple):
    """What a batch learned of people."""

    roots: Mapping[str, str] = {}
    """Person → the person it belongs to from now on (itself, when a merge was undone)."""
    traits: Sequence[Told] = ()


NOTHING = Facts()


class PeopleFacts(Protocol):
    """The warehouse's end that knows people. `Warehouse.write` and `restore` add to it."""

    def forget(self, people: Sequence[str]) -> None:
        """Removes all that was said of these people. Durable on return."""
        ...

    def aliases(self) -> dict[str, str]:
        """Person → root, of all that belong to another."""
        ...

    def told(self, workspace: str, people: Sequence[str]) -> list[Told]:
        """What was said of these people, by trait, oldest first. A value that repeats the one before may be left
        out."""
        ...
