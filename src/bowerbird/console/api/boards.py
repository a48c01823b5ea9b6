"""`/api/v1/boards`: tiles that show answers, saved together."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from bowerbird.console import answers
from bowerbird.console.answers import Json
from bowerbird.console.api import saving
from bowerbird.console.api.answering import documented
from bowerbird.console.api.saving import Editor, Reader
from bowerbird.errors import NotFoundError
from bowerbird.insights.kinds import KINDS
from bowerbird.insights.question import parse

router = APIRouter(prefix="/boards", tags=["Insights"], default_response_class=Json)

Body = Annotated[bytes, Depends(saving.body)]
MOST_TILES = 50


class Tile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, and how its answer is shown."""

    title: str
    kind: str
    """As in `/api/v1/insights/<kind>`."""
    question: dict[str, Any]
    view: str = ""
    """`table`, `line`, …; empty: as the kind is best shown."""
    size: Literal["small", "medium", "large"] = "medium"


class Board(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    tiles: tuple[Tile, ...] = ()

    def __post_init__(self) -> None:
        if len(self.tiles) > MOST_TILES:
            raise ValueError(f"a board has at most {MOST_TILES} tiles")


class SavedBoard(saving.SavedWhole):
    tiles: list[dict[str, Any]]


class Boards(BaseModel):
    boards: list[saving.SavedHead]


def schemas() -> dict[str, Any]:
    """The shape of a board, for the OpenAPI document's components."""
    return msgspec.json.schema_components([Board], ref_template="#/components/schemas/{name}")[1]


@router.get("", responses=documented(Boards))
def list_boards(session: Reader) -> Json:
    """All boards of the workspace, by name, without their tiles."""
    return answers.json({"boards": saving.heads(session, "board")})


@router.get("/{board_id}", responses=documented(SavedBoard, 404))
def one_board(session: Reader, board_id: str) -> Json:
    """A board with its tiles."""
    return answers.json(saving.whole(saving.found(session, "board", board_id), "tiles"))


@router.put("/{board_id}", responses=documented(SavedBoard, 409), openapi_extra=saving.request_schema(Board))
def put_board(session: Editor, board_id: str, body: Body, version: saving.Version = None) -> Json:
    """Saves a board under an id of the sender's choice, in place of what it held before. Its questions must make
    sense. Give the `version` that was changed, so that nobody else's change is lost."""
    board = saving.body_of(Board, body)
    for tile in board.tiles:
        if tile.kind not in KINDS:
            raise NotFoundError(f"there is no kind of question {tile.kind!r}", f"Ask one of {', '.join(KINDS)}.")
        parse(KINDS[tile.kind].question, tile.question)
    item = saving.made(session, "board", board_id, board.name, board.tiles)
    return answers.json(saving.whole(session.sources.saved.put(item, version), "tiles"))


@router.delete("/{board_id}", responses=documented(saving.Removed, 404))
def remove_board(session: Editor, board_id: str) -> Json:
    """Removes a board."""
    session.sources.saved.remove(session.workspace, "board", board_id)
    return answers.json({"removed": board_id})
