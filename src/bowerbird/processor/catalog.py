"""Counts what events look like: names, property names, and the types of their values."""

from itertools import islice
from typing import Any

from bowerbird.event import Event
from bowerbird.state.base import MOST_PROPERTIES, CatalogCount

TYPES: dict[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
    list: "array",
    dict: "object",
}

Shape = tuple[str, str, str, tuple[str, ...], tuple[type, ...]]
"""(workspace, list id, event name, property names, property types)"""


class Catalog:
    """Events of one batch by shape: most events of a batch look like another one, and cost one look-up."""

    def __init__(self) -> None:
        self.shapes: dict[Shape, list[int]] = {}

    def learn(self, event: Event) -> None:
        properties = event.properties
        if len(properties) > MOST_PROPERTIES:
            properties = dict(islice(properties.items(), MOST_PROPERTIES))
        shape = (
            event.workspace, event.list_id or "", event.name, tuple(properties), tuple(map(type, properties.values())),
        )  # fmt: skip
        seen = self.shapes.get(shape)
        at = event.occurred_at
        if seen is None:
            self.shapes[shape] = [1, at, at]
            return
        seen[0] += 1
        if at < seen[1]:
            seen[1] = at
        elif at > seen[2]:
            seen[2] = at

    def counts(self) -> list[CatalogCount]:
        totals: dict[tuple[Any, ...], list[int]] = {}
        for (workspace, list_id, name, properties, types), seen in self.shapes.items():
            _add(totals, (workspace, list_id, name, None, ""), seen)
            for prop, kind in zip(properties, types, strict=True):
                _add(totals, (workspace, list_id, name, prop, TYPES.get(kind, "string")), seen)
        return [CatalogCount(*what, *seen) for what, seen in totals.items()]


def _add(totals: dict[tuple[Any, ...], list[int]], what: tuple[Any, ...], seen: list[int]) -> None:
    known = totals.get(what)
    if known is None:
        totals[what] = seen.copy()
    else:
        known[0] += seen[0]
        known[1] = min(known[1], seen[1])
        known[2] = max(known[2], seen[2])
