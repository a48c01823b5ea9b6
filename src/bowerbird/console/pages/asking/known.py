"""What the pickers offer: names and types that the workspace has seen."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bowerbird.clock import SECOND
from bowerbird.console.pages.asking.offering import Offer, offer_of
from bowerbird.console.pages.page import Page
from bowerbird.insights.fields import COLUMNS
from bowerbird.state.base import CatalogCount

MOST_NAMES = 1000
"""Offered by a picker, the most frequent ones; others can be typed."""
_NUMBERS = frozenset({"integer", "number"})
_TITLES = {"name": "Event name", "user_id": "User id", "anonymous_id": "Anonymous id", "order_id": "Order id"} | {
    "click_id": "Click id",
    "email": "E-mail",
}


class Names(NamedTuple):
    segments: list[str]
    traits: list[str]


class Known:
    """Event names, their properties, people's traits and saved segments of one workspace."""

    def __init__(self, counts: Iterable[CatalogCount], names: Names, zone: str, today: date, offer: Offer) -> None:
        """`zone`: the workspace's time zone; `today`: the date in it; `offer`: values for a field that is typed
        into."""
        self.zone = zone
        self.today = today
        self.offer = offer
        self._names: Counter[str] = Counter()
        self._types: dict[tuple[str, str], set[str]] = {}
        self.segments = names.segments
        self.traits = names.traits
        for one in counts:
            if one.property is None:
                self._names[one.name] += one.count
            else:
                self._types.setdefault((one.name, one.property), set()).add(one.type)

    def events(self) -> list[str]:
        """The most frequent first."""
        return [name for name, _ in self._names.most_common(MOST_NAMES)]

    def properties(self, event: str | None) -> list[str]:
        """Of this event; of all events for None, and for one that was never seen."""
        some = event if event in self._names else None
        return sorted({name for of, name in self._types if some in (None, of)})[:MOST_NAMES]

    def is_number(self, field: str) -> bool:
        return field == "value" or self._has_only(field, _NUMBERS)

    def is_boolean(self, field: str) -> bool:
        return self._has_only(field, frozenset({"boolean"}))

    def fields(self, event: str | None, numbers: bool = False) -> dict[str, str]:
        """Field → title: properties first, then columns, then traits. `numbers`: only what can be summed up."""
        properties = {property_field(name): f"{name} · property" for name in self.properties(event)}
        if numbers:
            likely = {field: title for field, title in properties.items() if self.is_number(field)}
            return {"value": "Value"} | likely | properties
        columns = {name: column_title(name) for name in COLUMNS}
        return properties | columns | self.trait_fields()

    def trait_fields(self) -> dict[str, str]:
        return {f"trait:{escape(name)}": f"{name} · trait" for name in self.traits}

    def _has_only(self, field: str, types: frozenset[str]) -> bool:
        found = {type_ for (_, name), each in self._types.items() if property_field(name) == field for type_ in each}
        return bool(found - {"null"}) and found - {"null"} <= types


def column_title(name: str) -> str:
    return _TITLES.get(name, name.capitalize())


def escape(name: str) -> str:
    """A name as a path of one level."""
    return name.replace(".", "\\.")


def property_field(name: str) -> str:
    return f"property:{escape(name)}"


def title(field: str) -> str:
    """A field for people: `plan`, `Event name`."""
    source, colon, rest = field.partition(":")
    return rest.replace("\\.", ".") if colon and source in ("property", "trait", "segment") else column_title(field)


def learn(page: Page) -> Known:
    """Blocking."""
    zone = page.visitor.workspace.settings.timezone
    today = datetime.fromtimestamp(page.sources.clock.now() / SECOND, ZoneInfo(zone)).date()
    hidden = {(one.name, one.property) for one in page.sources.described.all(page.workspace) if one.hidden}
    counts = page.sources.catalog.catalog(page.workspace)
    offered = [one for one in counts if not hidden & {(one.name, ""), (one.name, one.property)}]
    names = Names(segments(page), page.desk.traits.of(page.workspace))
    return Known(offered, names, zone, today, offer_of(page))


def segments(page: Page) -> list[str]:
    """Names of the saved ones."""
    return [item.name for item in page.sources.saved.all(page.workspace, "segment")]
