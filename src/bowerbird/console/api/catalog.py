"""`/api/v1/catalog`: event names and their properties, as they were seen and as users describe them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bowerbird.console import answers
from bowerbird.console.access import Session, need
from bowerbird.console.answers import Json
from bowerbird.console.api import models
from bowerbird.console.api.answering import documented
from bowerbird.console.sources import Sources
from bowerbird.registry.described import LONGEST_DESCRIPTION, LONGEST_NAME, Description
from bowerbird.state.base import CatalogCount

router = APIRouter(tags=["Catalog"], default_response_class=Json)

Said = Mapping[tuple[str, str], Description]
"""What users say, by event name and property; '' stands for the event."""


class Describe(BaseModel):
    """What to say of an event name, or of one of its properties, from now on."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="The event's name.")
    property: str = Field("", max_length=LONGEST_NAME, description="Empty: the event itself.")
    description: str = Field("", max_length=LONGEST_DESCRIPTION)
    hidden: bool = Field(False, description="Left out of the console's pickers.")
    pii: bool = Field(False, description="Personal data: masked for viewers, and for their sessions.")


@router.get("/catalog", responses=documented(models.Catalog))
def catalog(
    session: Annotated[Session, need("read the catalog")],
    name: Annotated[str | None, Query(max_length=1000, description="Only this event name.")] = None,
    list: Annotated[str | None, Query(max_length=200, description="Only this list id; empty: events of none.")] = None,
) -> Json:
    """Event names by list, with how often they were seen, their properties with value types, and what users say of
    both."""
    counts = [
        one
        for one in session.sources.catalog.catalog(session.workspace)
        if name in (None, one.name) and list in (None, one.list_id)
    ]
    return answers.json({"events": catalog_events(counts, said(session.sources, session.workspace))})


@router.put("/catalog", responses=documented(models.Described, 404, 409))
def describe(session: Annotated[Session, need("describe")], wanted: Describe) -> Json:
    """Says what an event name or a property means, hides it from pickers, or marks it as personal data. Takes the
    place of all that was said of it before. For keys with `admin`, and for sessions of owners and analysts."""
    at = session.sources.clock.now()
    kept = Description(session.workspace, **wanted.model_dump(), changed_by=session.who, changed_at=at)
    session.sources.described.put(kept)
    return answers.json(msgspec.structs.asdict(kept) | {"changed_at": answers.iso(at)})


def said(sources: Sources, workspace: str) -> Said:
    return {(one.name, one.property): one for one in sources.described.all(workspace)}


def catalog_events(counts: Iterable[CatalogCount], said: Said) -> list[dict[str, Any]]:
    """As `models.CatalogEvent`, by name and list."""
    events: dict[tuple[str, str], dict[str, Any]] = {}
    properties: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in sorted(counts, key=lambda one: (one.name, one.list_id, one.property or "", one.type)):
        if one.property is None:
            events[one.name, one.list_id] = _event(one) | _words(said.get((one.name, "")))
            continue
        key = (one.name, one.list_id, one.property)
        known = properties.get(key)
        properties[key] = _widen(known, one) if known else _property(one) | _words(said.get((one.name, one.property)))
    for (name, list_id, _), prop in properties.items():
        if (name, list_id) in events:
            events[name, list_id]["properties"].append(_shown(prop))
    return [_shown(event) for event in events.values()]


def _words(described: Description | None) -> dict[str, Any]:
    if described is None:
        return {"description": "", "hidden": False, "pii": False}
    return {"description": described.description, "hidden": described.hidden, "pii": described.pii}


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
