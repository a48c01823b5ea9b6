"""What probes and Prometheus ask. Open to everybody who reaches the port: numbers, and nobody's data. None of it waits
for the processor, or for a thread that other requests use."""

import asyncio
from typing import Annotated

from anyio import fail_after
from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from bowerbird.console import answers
from bowerbird.console.answers import Json
from bowerbird.console.base import Engine
from bowerbird.console.failures import failure
from bowerbird.console.metrics import Metrics
from bowerbird.console.shared import Shared
from bowerbird.console.sources import Sources
from bowerbird.processor.lag import Lag

router = APIRouter(tags=["Health"])

_PATIENCE = 5
_LOOK = 0.05


@router.get("/healthz", response_class=Json)
async def healthz() -> Json:
    """The process answers."""
    return answers.json({"status": "ok"})


@router.get("/readyz", response_class=Json)
async def readyz(request: Request) -> Json:
    """How far the engine is behind; 503 when that is not known within 5 seconds, or when its processor has shown no
    sign of life for as long."""
    sources: Sources = request.app.state.sources
    lag: Shared[Lag] = request.app.state.lag
    try:
        with fail_after(_PATIENCE):
            await _sign_of(sources.engine)
            behind = await lag.get()
    except Exception:  # whatever it is: not ready, and a probe needs no more
        return failure(503, "unavailable", "The engine does not say how far it is behind.", "See the engine's output.")
    return answers.json({"status": "ready", "lag": behind})


@router.get("/metrics", response_class=Response)
async def metrics(request: Request, accept: Annotated[str, Header()] = "") -> Response:
    """For Prometheus."""
    exposed: Metrics = request.app.state.metrics
    body, content_type = await exposed.render(accept)
    return Response(body, headers={"Content-Type": content_type})


async def _sign_of(engine: Engine) -> None:
    """Returns once the processor has been between two batches, not long ago."""
    while engine.silence() > _PATIENCE:  # noqa: ASYNC110  # a thread of its own, which knows no loop
        await asyncio.sleep(_LOOK)
