"""`GET /api/v1/export`: all stored events as one file."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from bowerbird.console.access import Session, need
from bowerbird.console.api import models
from bowerbird.console.api.answering import documented
from bowerbird.errors import PersonalDataError

router = APIRouter(tags=["Export"])

Form = Literal["parquet", "ndjson"]
_MEDIA = {"parquet": "application/vnd.apache.parquet", "ndjson": "application/x-ndjson"}
_CHUNK = 1 << 18

_RESPONSES = documented(models.EventRow) | {
    200: {"description": "The file.", "content": {media: {"schema": {"type": "string"}} for media in _MEDIA.values()}}
}


@router.get("/export", response_class=StreamingResponse, responses=_RESPONSES)
def export(
    session: Annotated[Session, need("read events")], format: Annotated[Form, Query()] = "parquet"
) -> StreamingResponse:
    """All stored events of the workspace. People are named as each event names them, before merges; the header
    `Bowerbird-Events` says how many events the file holds."""
    if session.masks().hide_something:
        raise PersonalDataError(
            "The file would tell what is marked as personal data, which viewers do not see", "Ask an analyst for it."
        )
    file, events = _written(session, format)
    headers = {
        "Content-Disposition": f'attachment; filename="{session.workspace}.{format}"',
        "Content-Length": str(os.fstat(file.fileno()).st_size),
        "Bowerbird-Events": str(events),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_chunks(file), 200, headers, _MEDIA[format])


def _written(session: Session, form: Form) -> tuple[IO[bytes], int]:
    """The export as an open file whose name is gone already: however the request ends, nothing is left behind."""
    with TemporaryDirectory(prefix="bowerbird-export-") as folder:
        target = Path(folder) / f"events.{form}"
        events = session.sources.warehouse.export(session.workspace, target, form)
        return target.open("rb"), events


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
