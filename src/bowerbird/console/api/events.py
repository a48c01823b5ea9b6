"""`/api/v1/events`: stored events, one event, and where an event is."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from msgspec import structs
from pydantic import BaseModel, Field

from bowerbird.audit.trace import Trace, Traces
from bowerbird.console import answers
from bowerbird.console.access import Session, need
from bowerbird.console.answers import Json
from bowerbird.console.api import models
from bowerbird.console.api.answering import documented
from bowerbird.console.cursors import TimedKey, cursor, keyset
from bowerbird.console.failures import ApiError
from bowerbird.console.masks import Masks
from bowerbird.warehouse.base import EventQuery, StoredEvent

router = APIRouter(tags=["Events"], default_response_class=Json)

Reader = Annotated[Session, need("read events")]
_TIME = "ISO 8601 (without offset: UTC), or unix seconds, milliseconds or microseconds."


class EventFilter(BaseModel):
    """The query string of the events list. Filters that are left out let everything through."""

    name: str | None = Field(None, max_length=1000)
    person: str | None = Field(None, max_length=200, description="A person id, also one that was merged away.")
    list: str | None = Field(None, max_length=200, description="A list id.")
    dialect: str | None = Field(None, max_length=100)
    since: str | None = Field(None, max_length=64, description=f"From this time on, by `occurred_at`. {_TIME}")
    until: str | None = Field(None, max_length=64, description=f"Before this time, by `occurred_at`. {_TIME}")
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, description="The `next` of the page before.")


@router.get("/events", responses=documented(models.EventsPage))
def list_events(session: Reader, wanted: Annotated[EventFilter, Query()]) -> Json:
    """Stored events, newest first by (`occurred_at`, `event_id`)."""
    people: tuple[str, ...] | None = None
    if wanted.person is not None:
        people = tuple(session.sources.people.members(session.workspace, wanted.person))
    query = EventQuery(
        workspace=session.workspace,
        name=wanted.name,
        people=people,
        list_id=wanted.list,
        dialect=wanted.dialect,
        since=_instant("since", wanted.since),
        until=_instant("until", wanted.until),
        before=keyset(wanted.cursor, TimedKey),
        limit=wanted.limit,
    )
    return answers.json(events_page(session, query))


def events_page(session: Session, query: EventQuery) -> dict[str, Any]:
    """One page of rows, everybody named as the person of this moment, and the cursor of the next page."""
    if query.people == ():
        return {"events": [], "next": None}
    found = session.sources.warehouse.events(structs.replace(query, limit=query.limit + 1))
    shown = found[: query.limit]
    last = shown[-1] if len(found) > query.limit else None
    return {
        "events": answers.event_rows(shown, roots_of(session, shown), session.masks()),
        "next": cursor((last.occurred_at, last.event_id)) if last else None,
    }


def roots_of(session: Session, events: Sequence[StoredEvent]) -> dict[str, str]:
    people = {event.person_id for event in events if event.person_id is not None}
    return session.sources.people.roots(session.workspace, sorted(people)) if people else {}


@router.get("/events/{event_id:path}/trace", responses=documented(models.Traces))
def trace_event(session: Reader, event_id: str) -> Json:
    """Where the event is: accepted when and by which key, what became of it, whose it is, attributed to what.

    `event_id` is the event's id or the sender's own. An id that nobody knows is answered with advice, not with 404.
    """
    return answers.json(_traces(session.sources.trace(session.visible, event_id), session.masks()))


@router.get("/events/{event_id:path}", responses=documented(models.EventDetail, 404))
def one_event(session: Reader, event_id: str) -> Json:
    """One processed event of any outcome, by its id or the sender's own (then the one that was counted)."""
    found = session.sources.warehouse.find(session.workspace, event_id)
    if not found:
        hint = f"Ask /api/v1/events/{event_id}/trace where it is."
        raise ApiError(404, "not_found", f"No processed event has the id {event_id!r}.", hint)
    event = min(found, key=lambda one: (one.event_id != event_id, one.outcome != "stored"))
    return answers.json(answers.event_detail(event, roots_of(session, [event]), session.masks()))


def _instant(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return answers.instant(text)
    except (ValueError, OverflowError) as error:
        hint = f"{_TIME} In a URL, write + as %2B."
        raise ApiError(422, "invalid", f"{name}: {text!r} is no time.", hint) from error


def _traces(traces: Traces, masks: Masks) -> dict[str, Any]:
    return {"id": traces.id, "found": [_trace(one, masks) for one in traces.found], "advice": traces.advice}


def _trace(one: Trace, masks: Masks) -> dict[str, Any]:
    return {
        "workspace": one.workspace,
        "event_id": one.event_id,
        "source_id": one.source_id,
        "dialect": one.dialect,
        "name": one.name,
        "outcome": one.outcome,
        "steps": [
            {"step": step.step, "text": step.text, "at": answers.maybe_iso(step.at), "facts": _facts(step.facts, masks)}
            for step in one.steps
        ],
    }


def _facts(facts: dict[str, Any], masks: Masks) -> dict[str, Any]:
    return {
        name: answers.iso(value) if name.endswith("_at") and isinstance(value, int) else value
        for name, value in masks.facts(facts).items()
    }
