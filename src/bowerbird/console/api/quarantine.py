"""`/api/v1/quarantine`: events that a step could not handle, and another try for them."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bowerbird.console import answers
from bowerbird.console.access import Session, need
from bowerbird.console.answers import Json
from bowerbird.console.api import models
from bowerbird.console.api.answering import documented
from bowerbird.console.cursors import cursor, keyset
from bowerbird.console.masks import MASK, Masks
from bowerbird.event import Event
from bowerbird.eventlog.codec import decode_one
from bowerbird.state.base import QuarantineEntry

router = APIRouter(prefix="/quarantine", tags=["Quarantine"], default_response_class=Json)


class Retry(BaseModel):
    """Which quarantined events to try again."""

    event_ids: list[Annotated[str, Field(max_length=100)]] | None = Field(
        None, max_length=10_000, description="Left out: all of the workspace's."
    )


@router.get("", responses=documented(models.QuarantinePage))
def list_quarantine(
    session: Annotated[Session, need("read quarantine")],
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor_: Annotated[str | None, Query(alias="cursor", description="The `next` of the page before.")] = None,
) -> Json:
    """Quarantined events with the step that failed and its reason, newest first."""
    found = session.sources.catalog.quarantine(session.workspace, limit + 1, keyset(cursor_, str))
    shown = found[:limit]
    following = cursor(shown[-1].event_id) if len(found) > limit else None
    masks = session.masks()
    return answers.json({"quarantine": [shown_entry(one, masks) for one in shown], "next": following})


@router.post("/retry", responses=documented(models.Retried, 404))
def retry(session: Annotated[Session, need("retry")], wanted: Retry | None = None) -> Json:
    """Takes quarantined events through the steps again, each by itself; those that fail again stay. 404
    where one that is named is not in quarantine."""
    event_ids = wanted.event_ids if wanted else None
    released, stayed = session.sources.engine.retry(session.workspace, event_ids)
    return answers.json({"released": released, "stayed": stayed})


def shown_entry(entry: QuarantineEntry, masks: Masks) -> dict[str, Any]:
    """As the API tells it: without the event, and the reason that may quote it, where something might be masked."""
    return {
        "event_id": entry.event_id,
        "workspace": entry.workspace,
        "dialect": entry.dialect,
        "step": entry.step,
        "reason": MASK if masks.hide_something else entry.reason,
        "received_at": answers.iso(entry.received_at),
        "position": {"partition": entry.partition, "offset": entry.offset, "index": entry.index},
        "event": None if masks.hide_something else _event(entry.payload),
    }


def _event(payload: bytes) -> dict[str, Any] | None:
    event = decode_one(payload)
    if not isinstance(event, Event):
        return None
    shown = msgspec.structs.asdict(event)
    return shown | {"occurred_at": answers.iso(event.occurred_at), "received_at": answers.iso(event.received_at)}
