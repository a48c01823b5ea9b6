"""`/api/v1/refusals`: the latest refused requests, and why they were refused."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from msgspec import structs
from pydantic import BaseModel, Field

from bowerbird.console import answers
from bowerbird.console.access import Session, need
from bowerbird.console.answers import Json
from bowerbird.console.api import models
from bowerbird.console.api.answering import documented
from bowerbird.console.cursors import NumberedKey, cursor, keyset
from bowerbird.refusallog.base import Refusal, RefusalQuery
from bowerbird.refusallog.meanings import MEANINGS
from bowerbird.refusals import Reason

router = APIRouter(tags=["Refusals"], default_response_class=Json)


class RefusalFilter(BaseModel):
    """The query string of the list of refusals. Filters that are left out let everything through."""

    key: str | None = Field(None, max_length=200, description="A key's id, or the `secret_hash` of an unknown one.")
    dialect: str | None = Field(None, max_length=100)
    reason: Reason | None = None
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, description="The `next` of the page before.")


@router.get("/refusals", responses=documented(models.RefusalsPage))
def list_refusals(session: Annotated[Session, need("read events")], wanted: Annotated[RefusalFilter, Query()]) -> Json:
    """The latest refused requests of the workspace, newest first: who sent what where, and which field broke which
    rule. Those of unknown keys belong to no workspace: the control token sees them, and an admin key of the only
    workspace."""
    query = RefusalQuery(
        workspaces=whose(session),
        key=wanted.key,
        dialect=wanted.dialect,
        reason=wanted.reason,
        limit=wanted.limit,
        before=keyset(wanted.cursor, NumberedKey),
    )
    return answers.json(refusals_page(session, query))


def whose(session: Session) -> tuple[str, ...] | None:
    """Whose refusals the request may see, as `RefusalQuery.workspaces`."""
    if session.visible is None:
        return None
    return (session.visible, "") if session.admin and session.sees_everything else (session.visible,)


def refusals_page(session: Session, query: RefusalQuery) -> dict[str, Any]:
    """One page of rows, and the cursor of the next page."""
    found = session.sources.refusals.recent(structs.replace(query, limit=query.limit + 1))
    shown = found[: query.limit]
    following = cursor((shown[-1].at, shown[-1].number)) if len(found) > query.limit else None
    label = session.snapshot.label
    return {"refusals": [_row(one, label(one.key_id or "")) for one in shown], "next": following}


def _row(one: Refusal, label: str) -> dict[str, Any]:
    return {
        "at": answers.iso(one.at),
        "workspace": one.workspace,
        "key_id": one.key_id,
        "key_label": label or None,
        "secret_hint": one.secret_hint,
        "secret_hash": one.secret_hash,
        "dialect": one.dialect,
        "method": one.method,
        "path": one.path,
        "status": one.status,
        "reason": one.reason,
        "meaning": MEANINGS[one.reason],
        "message": one.message,
        "issues": [{"field": rule.field, "code": rule.code, "message": rule.message} for rule in one.issues],
        "client_ip": one.client_ip,
        "size": one.size,
        "times": one.times,
        "left_out": one.left_out,
    }
