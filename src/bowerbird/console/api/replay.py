"""`POST /api/v1/replay`: everything anew from the log."""

from typing import Annotated

from fastapi import APIRouter

from bowerbird.console import answers
from bowerbird.console.access import Session, need
from bowerbird.console.answers import Json
from bowerbird.console.api import models
from bowerbird.console.api.answering import documented
from bowerbird.console.failures import ApiError

router = APIRouter(tags=["Replay"], default_response_class=Json)


@router.post("/replay", status_code=202, responses=documented(models.Replaying, 409, status=202))
def replay(session: Annotated[Session, need("administer")]) -> Json:
    """Forgets state and warehouse and processes the whole log anew; `/api/v1/audit` shows how much is pending.

    It holds every workspace up, so a key may start it only where its workspace is the only one.
    """
    if not session.sees_everything:
        hint = "Run `bowerbird replay` on the server's machine."
        raise ApiError(403, "workspace_forbidden", "A replay concerns other workspaces too.", hint)
    return answers.json({"events": session.sources.engine.replay()}, 202)
