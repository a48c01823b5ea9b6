"""`GET /api/v1/catalog`: event names and their properties, as they were seen."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query

from bowerbird.console import answers
from bowerbird.console.access import Session, need
from bowerbird.console.answers import Json
from bowerbird.console.api import models
from bowerbird.console.api.answering import documented
from bowerbird.state.base import CatalogCount

router = APIRouter(tags=["Catalog"], default_response_class=Json)


@router.get("/catalog", responses=documented(models.Catalog))
def catalog(
    session: Annotated[Session, need("metrics:read")],
    name: Annotated[str | None, Query(max_length=1000, description="Only this event name.")] = None,
    list: Annotated[str | None, Query(max_length=200, description="Only this list id; empty: events of none.")] = None,
) -> Json:
    """Event names by list, with how often they were seen, and their properties with value types."""
    counts = [
        one
        for one in session.sources.catalog.catalog(session.workspace)
        if name in (None, one.name) and list in (None, one.list_id)
    ]
    return answers.json({"events": _events(counts)})


def _events(counts: Iterable[CatalogCount]) -> list[dict[str, Any]]:
    events: dict[tuple[str, str], dict[str, Any]] = {}
    properties: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in sorted(counts, key=lambda one: (one.name, one.list_id, one.property or "", one.type)):
        if one.property is None:
            events[one.name, one.list_id] = _event(one)
            continue
        key = (one.name, one.list_id, one.property)
        known = properties.get(key)
        properties[key] = _widen(known, one) if known else _property(one)
    for (name, list_id, _), prop in properties.items():
        if (name, list_id) in events:
            events[name, list_id]["properties"].append(_shown(prop))
    return [_shown(event) for event in events.values()]


def _event(one: CatalogCount) -> dict[str, Any]:
    return {
        "name": one.name,
        "list_id": one.list_id or None,
        "count": one.count,
        "first_seen": one.first_seen,
        "last_seen": one.last_seen,
        "properties": [],
    }


def _property(one: CatalogCount) -> dict[str, Any]:
    types = [{"type": one.type, "count": one.count}]
    return {"name": one.property, "types": types, "first_seen": one.first_seen, "last_seen": one.last_seen}


def _widen(known: dict[str, Any], one: CatalogCount) -> dict[str, Any]:
    return known | {
        "types": [*known["types"], {"type": one.type, "count": one.count}],
        "first_seen": min(known["first_seen"], one.first_seen),
        "last_seen": max(known["last_seen"], one.last_seen),
    }


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"first_seen": answers.iso(entry["first_seen"]), "last_seen": answers.iso(entry["last_seen"])}
