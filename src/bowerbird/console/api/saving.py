"""What the routes of saved things have in common."""

from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Query, Request
from pydantic import BaseModel, Field

from bowerbird.console import answers
from bowerbird.console.access import Session, need
from bowerbird.errors import NotFoundError
from bowerbird.insights.question import parse
from bowerbird.registry.saved import SavedItem, SavedKind

T = TypeVar("T", bound=msgspec.Struct)

Version = Annotated[
    str | None,
    Query(
        max_length=64,
        description="The version that this takes the place of: 409 where another one is there. Left out: of any.",
    ),
]
Reader = Annotated[Session, need("ask")]
Editor = Annotated[Session, need("keep boards")]


class SavedHead(BaseModel):
    id: str
    name: str
    created_by: str = Field(description="The key that saved it first; `session:USER` for a user at the console.")
    changed_at: str = Field(description="ISO 8601, UTC.")


class SavedWhole(SavedHead):
    version: str = Field(description="Of its name and content, for `PUT …?version=`.")


class Removed(BaseModel):
    removed: str = Field(description="Its id.")


def heads(session: Session, kind: SavedKind) -> list[dict[str, Any]]:
    return [head(item) for item in session.sources.saved.all(session.workspace, kind)]


def whole(item: SavedItem, name: str) -> dict[str, Any]:
    """Head, version, and the document under this name."""
    return {**head(item), "version": item.version, name: item.document}


def head(item: SavedItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "created_by": item.created_by,
        "changed_at": answers.iso(item.changed_at),
    }


def found(session: Session, kind: SavedKind, id_: str) -> SavedItem:
    """Raises `NotFoundError`."""
    item = session.sources.saved.get(session.workspace, kind, id_)
    if item is None:
        raise NotFoundError(f"there is no {kind} {id_!r}", f"`GET /api/v1/{kind}s` lists them.")
    return item


def made(session: Session, kind: SavedKind, id_: str, name: str, document: Any) -> SavedItem:
    """What the session saves at this moment."""
    return SavedItem(session.workspace, kind, id_, name, document, session.who, session.sources.clock.now())


async def body(request: Request) -> bytes:
    return await request.body()


def body_of(type_: type[T], given: bytes) -> T:
    """Raises `QuestionInvalidError`."""
    return parse(type_, given)


def request_schema(type_: Any) -> dict[str, Any]:
    """A route's `openapi_extra` for a JSON body of this type, whose parts are among the components."""
    schema = msgspec.json.schema_components([type_], ref_template="#/components/schemas/{name}")[0][0]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
