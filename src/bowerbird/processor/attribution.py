"""Which click an event came from, where it does not say so itself."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from bowerbird.event import Event

PARAMETER = "scribe_click_id"
_URL_PROPERTIES = ("$current_url", "current_url", "url", "page_url", "landing_url", "visit_url", "page", "href")
_TELLING = frozenset((PARAMETER, *_URL_PROPERTIES))


def click_id_of(event: Event) -> str | None:
    """The click id that a tracked link left on the event: its own field, a property, or the landing page's query."""
    if event.click_id:
        return event.click_id
    properties = event.properties
    if _TELLING.isdisjoint(properties):
        return None
    named = properties.get(PARAMETER)
    if isinstance(named, str) and named:
        return named
    for name in _URL_PROPERTIES:
        if name in properties:
            found = _in_query(properties[name])
            if found:
                return found
    return None


def _in_query(url: Any) -> str | None:
    if not isinstance(url, str) or PARAMETER not in url:
        return None
    try:
        values = parse_qs(urlsplit(url).query).get(PARAMETER)
    except ValueError:
        return None
    return values[0] if values else None
