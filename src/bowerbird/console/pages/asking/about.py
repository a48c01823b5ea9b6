"""What a question asks, in a few words: as a title, and beside its answer."""

from collections.abc import Callable, Mapping
from typing import Any

from bowerbird.console.pages.asking.address import Document
from bowerbird.console.pages.asking.known import title
from bowerbird.console.pages.asking.ranges import said

_OF_NOW = frozenset({"segment", "sql"})
"""Kinds that are asked of no range."""
_CONDITIONS = ("field", "segment", "did")
_NOUNS = {"sql": "SQL"}
_EVENTS: dict[str, Callable[[Document], list[Any]]] = {
    "trend": lambda asked: [each.get("event") for each in asked.get("series", [{}])],
    "funnel": lambda asked: [each.get("label") or each.get("event") for each in asked.get("steps", [])],
    "retention": lambda asked: [asked.get(name, {}).get("event") for name in ("start", "return")],
    "paths": lambda asked: [asked.get("event")],
    "attribution": lambda asked: [asked.get("conversion", {}).get("event")],
}
_IN_ORDER = frozenset({"funnel", "retention"})


def title_of(kind: str, document: Document) -> str:
    """`Trend: signup by plan`, `Funnel: view → cart → buy`."""
    events = [event or "any event" for event in _EVENTS[kind](document)] if kind in _EVENTS else []
    noun = _NOUNS.get(kind, kind.capitalize())
    about = f"{noun}: {(' → ' if kind in _IN_ORDER else ', ').join(events)}" if events else noun
    fields = " and ".join(title(field) for field in document.get("breakdown", ()))
    return f"{about} by {fields}" if fields else about


def asked_of(kind: str, document: Document) -> str:
    """`Last 14 days · 2 filters`."""
    filters = _filters(document)
    counted = f"{filters} {'filter' if filters == 1 else 'filters'}" if filters else ""
    return " · ".join(filter(None, ["" if kind in _OF_NOW else said(document.get("range")), counted]))


def _filters(part: Any) -> int:
    """Conditions, each with what stands in it as one."""
    if isinstance(part, Mapping):
        return 1 if any(name in part for name in _CONDITIONS) else sum(_filters(each) for each in part.values())
    return sum(_filters(each) for each in part) if isinstance(part, list) else 0
