"""What is not shown to those who may not see personal data: properties that are marked as such."""

from collections.abc import Iterable, Mapping
from typing import Any

from bowerbird.registry.described import Description

MASK = "••••"


class Masks:
    """What is marked on one event hides that event's property; people's traits and identifiers, which belong to no
    event, are hidden when any event has a property of their name marked."""

    def __init__(self, marked: Iterable[Description] = ()) -> None:
        marks = [one for one in marked if one.pii]
        self._events = {one.name for one in marks if not one.property}
        self._properties = {(one.name, one.property) for one in marks if one.property}
        self._names = {one.property for one in marks if one.property}

    @property
    def hide_something(self) -> bool:
        return bool(self._events or self._names)

    @property
    def hidden_names(self) -> frozenset[str]:
        """Those of which `hides_name` is true."""
        return frozenset(self._names)

    def hides(self, event: str, prop: str) -> bool:
        return event in self._events or (event, prop) in self._properties

    def hides_anywhere(self, prop: str) -> bool:
        """Whether the property is marked on any event; an event that is marked as a whole may have any property."""
        return prop in self._names or bool(self._events)

    def hides_name(self, name: str) -> bool:
        """Of a trait, or of a kind of identifier."""
        return name in self._names

    def properties(self, event: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: MASK if self.hides(event, name) else value for name, value in values.items()}

    def facts(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Facts of a step of an event's way. A reason may quote whatever the event carried."""
        return {
            name: MASK if self.hides_anywhere(name) or (name == "reason" and self.hide_something) else value
            for name, value in values.items()
        }

    def named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Traits or identifiers by name; what is None stays so."""
        return {name: MASK if value is not None and self.hides_name(name) else value for name, value in values.items()}
