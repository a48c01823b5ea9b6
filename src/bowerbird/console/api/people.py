"""`/api/v1/people`: who there is, one person with everything known, and what can be done about a person."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from bowerbird.console import answers, personal
from bowerbird.console.access import Session, need
from bowerbird.console.answers import Json
from bowerbird.console.api import models
from bowerbird.console.api.answering import documented
from bowerbird.console.api.events import events_page
from bowerbird.console.api.quarantine import shown_entry
from bowerbird.console.cursors import TimedKey, cursor, keyset
from bowerbird.console.failures import ApiError
from bowerbird.console.masks import MASK, Masks
from bowerbird.state.base import (
    LONGEST_FOUND,
    MOST_TOLD,
    Conflict,
    Match,
    Merge,
    PeopleSearch,
    Person,
    QuarantineEntry,
    Summary,
)
from bowerbird.warehouse.base import EventQuery, StoredEvent

router = APIRouter(prefix="/people", tags=["People"], default_response_class=Json)

Reader = Annotated[Session, need("read people")]
Keeper = Annotated[Session, need("change people")]
Cursor = Annotated[str | None, Query(description="The `next` of the page before.")]

_OPTIONS = {"workspace", "limit", "cursor", "begins_with", "kind"}
_IDENTIFIERS = {
    "parameters": [
        {
            "name": kind,
            "in": "query",
            "schema": {"type": "string"},
            "description": f"People with this {kind}. Any other kind of identifier works alike.",
        }
        for kind in ("user_id", "email", "phone", "anonymous_id")
    ]
}


class PeopleFilter(BaseModel):
    """The query string of the list of people, beside whole identifiers."""

    begins_with: str = Field(
        "",
        max_length=LONGEST_FOUND,
        description="People with an identifier that is this or, from 3 characters on, begins with it.",
    )
    kind: str = Field("", max_length=200, description="With `begins_with`: identifiers of this kind alone.")
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, description="The `next` of the page before.")


@router.get("", responses=documented(models.PeoplePage), openapi_extra=_IDENTIFIERS)
def list_people(session: Reader, request: Request, wanted: Annotated[PeopleFilter, Depends()]) -> Json:
    """People who carry all the identifiers given (`?email=…&user_id=…`); or those with an identifier that begins as
    `begins_with` says, whole ones first; without either, all of them, newest first.

    A viewer's session looks for none of a kind that is marked as personal data: 403 `personal_data`.
    """
    identifiers = {kind: value for kind, value in request.query_params.items() if kind not in _OPTIONS}
    if len(identifiers) > 20:
        raise ApiError(422, "invalid", "At most 20 identifiers at once.")
    if wanted.begins_with and identifiers:
        raise ApiError(422, "invalid", "Give whole identifiers or `begins_with`, not both.")
    if wanted.begins_with:
        return answers.json(_begun(session, wanted))
    if identifiers:
        personal.check_look_up(session.masks(), identifiers)
        found = session.sources.people.find(session.workspace, identifiers)
        return answers.json({"people": _summaries(session, found[: wanted.limit]), "next": None})
    return answers.json(_recent(session, wanted.limit, wanted.cursor))


@router.get("/{person_id}", responses=documented(models.PersonDetail, 404))
def one_person(
    session: Reader, person_id: str, limit: Annotated[int, Query(ge=1, le=1000)] = 100, cursor: Cursor = None
) -> Json:
    """The person that this id resolves to, with the latest 100 merges and conflicts; `limit` and `cursor` page through
    the timeline."""
    person = _person(session, person_id)
    query = EventQuery(
        workspace=session.workspace,
        people=(person.person_id, *person.aliases),
        before=keyset(cursor, TimedKey),
        limit=limit,
    )
    return answers.json(_profile(person, session.masks()) | {"timeline": events_page(session, query)})


@router.get("/{person_id}/export", responses=documented(models.PersonDetail, 404), response_class=StreamingResponse)
def export_person(session: Reader, person_id: str) -> StreamingResponse:
    """Everything that is held about the person: the profile, `events` of every outcome, oldest first, and
    `quarantine`, the events in quarantine that name the person."""
    person = _person(session, person_id, None)
    members = [person.person_id, *person.aliases]
    events = session.sources.warehouse.of_people(session.workspace, members)
    headers = {
        "Content-Disposition": f'attachment; filename="person-{person.person_id}.json"',
        "Cache-Control": "no-store",
    }
    held = session.sources.engine.held_back(session.workspace, person.person_id)
    return StreamingResponse(_export(person, events, held, session.masks()), 200, headers, "application/json")


@router.post("/{person_id}/unmerge", responses=documented(models.Unmerged, 404, 409))
def unmerge(session: Keeper, person_id: str) -> Json:
    """Undoes the latest merge in which this person was absorbed, and keeps the two apart from then on."""
    survivor, absorbed = session.sources.engine.unmerge(session.workspace, person_id)
    return answers.json({"survivor": survivor, "absorbed": absorbed})


@router.delete("/{person_id}", responses=documented(models.Erased, 404))
def erase(session: Keeper, person_id: str) -> Json:
    """Erases the person: identifiers, traits, and the content of every event, in the log too. It cannot be undone."""
    erased = session.sources.engine.erase(session.workspace, person_id)
    return answers.json({"person_id": person_id, "erased": erased})


def _recent(session: Session, limit: int, text: str | None) -> dict[str, Any]:
    before = keyset(text, TimedKey)
    found = session.sources.people.recent(session.workspace, limit + 1, before)
    shown = found[:limit]
    people = _summaries(session, [person_id for _, person_id in shown])
    return {"people": people, "next": cursor(shown[-1]) if len(found) > limit else None}


def _begun(session: Session, wanted: PeopleFilter) -> dict[str, Any]:
    text, kind, after = wanted.begins_with, wanted.kind, keyset(wanted.cursor, Match)
    query = PeopleSearch(session.workspace, text, kind, frozenset(), wanted.limit, after)
    found = session.sources.people.search(personal.searched(session.masks(), query))
    return {"people": _summaries(session, found.people), "next": cursor(found.next) if found.next else None}


def _summaries(session: Session, people: list[str]) -> list[dict[str, Any]]:
    found = session.sources.people.summaries(session.workspace, people)
    masks = session.masks()
    return [_summary(person, masks) for person in found.values()]


def _person(session: Session, person_id: str, most: int | None = MOST_TOLD) -> Person:
    person = session.sources.people.person(session.workspace, person_id, most)
    if person is None:
        hint = "Find people by ?email=, ?user_id=, … at /api/v1/people, or with `bowerbird person find email=…`."
        raise ApiError(404, "not_found", f"No person has the id {person_id!r}.", hint)
    return person


def _summary(person: Summary, masks: Masks) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "workspace": person.workspace,
        "created_at": answers.iso(person.created_at),
        "identifiers": [
            {**one, "value": _value(one["kind"], one["value"], masks), "since": answers.iso(one["since"])}
            for one in person.identifiers
        ],
        "traits": masks.named(person.traits),
        "accounts": person.accounts,
        "aliases": person.aliases,
    }


def _value(kind: str, value: str, masks: Masks) -> str:
    return MASK if masks.hides_name(kind) else value


def _profile(person: Person, masks: Masks) -> dict[str, Any]:
    return _summary(person, masks) | {
        "merges": [_merge(one, masks) for one in person.merges],
        "conflicts": [_conflict(one, masks) for one in person.conflicts],
        "merges_total": person.merges_total,
        "conflicts_total": person.conflicts_total,
    }


def _merge(merge: Merge, masks: Masks) -> dict[str, Any]:
    return {
        "survivor": merge.survivor,
        "absorbed": merge.absorbed,
        "event_id": merge.event_id,
        "identifiers": [{"kind": kind, "value": _value(kind, value, masks)} for kind, value in merge.identifiers],
        "merged_at": answers.iso(merge.merged_at),
        "undone_at": answers.maybe_iso(merge.undone_at),
    }


def _conflict(conflict: Conflict, masks: Masks) -> dict[str, Any]:
    fields = msgspec.structs.asdict(conflict)
    del fields["workspace"]
    return fields | {"value": _value(conflict.kind, conflict.value, masks), "at": answers.iso(conflict.at)}


def _export(
    person: Person, events: Iterator[StoredEvent], held: Sequence[QuarantineEntry], masks: Masks
) -> Iterator[bytes]:
    roots = dict.fromkeys((person.person_id, *person.aliases), person.person_id)
    yield msgspec.json.encode(_profile(person, masks))[:-1] + b',"events":['
    for number, event in enumerate(events):
        yield (b"," if number else b"") + msgspec.json.encode(answers.event_detail(event, roots, masks))
    yield b'],"quarantine":' + msgspec.json.encode([shown_entry(entry, masks) for entry in held]) + b"}"
