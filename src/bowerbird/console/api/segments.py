"""`/api/v1/segments`: conditions on people, saved under a name that other conditions can use."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from bowerbird.console import answers
from bowerbird.console.answers import Json
from bowerbird.console.api import saving
from bowerbird.console.api.answering import documented
from bowerbird.console.api.saving import Editor, Reader
from bowerbird.insights.conditions import Condition, check_size
from bowerbird.insights.where import check_of_people

router = APIRouter(prefix="/segments", tags=["Insights"], default_response_class=Json)

Body = Annotated[bytes, Depends(saving.body)]


class SavedSegment(saving.SavedWhole):
    """`id` and `name` are the same."""

    condition: dict[str, Any]


class Segments(BaseModel):
    segments: list[saving.SavedHead]


@router.get("", responses=documented(Segments))
def list_segments(session: Reader) -> Json:
    """All segments of the workspace, by name, without their conditions."""
    return answers.json({"segments": saving.heads(session, "segment")})


@router.get("/{name:path}", responses=documented(SavedSegment, 404))
def one_segment(session: Reader, name: str) -> Json:
    """A segment with its condition."""
    return answers.json(saving.whole(saving.found(session, "segment", name), "condition"))


@router.put("/{name:path}", responses=documented(SavedSegment, 409), openapi_extra=saving.request_schema(Condition))
def put_segment(session: Editor, name: str, body: Body, version: saving.Version = None) -> Json:
    """Saves a condition on people under this name, in place of what it held before. Give the `version` that was
    changed, so that nobody else's change is lost."""
    condition = saving.body_of(Condition, body)
    check_size([condition])
    check_of_people(condition)
    item = saving.made(session, "segment", name, name, condition)
    return answers.json(saving.whole(session.sources.saved.put(item, version), "condition"))


@router.delete("/{name:path}", responses=documented(saving.Removed, 404, 409))
def remove_segment(session: Editor, name: str) -> Json:
    """Removes a segment; 409 names the segments that are made of it."""
    session.sources.saved.remove(session.workspace, "segment", name)
    return answers.json({"removed": name})
