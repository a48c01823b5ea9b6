"""What probes and Prometheus ask. Open to everybody who reaches the port: numbers, and nobody's data."""

from typing import Annotated

from anyio import fail_after, to_thread
from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from bowerbird.console import answers
from bowerbird.console.answers import Json
from bowerbird.console.failures import failure
from bowerbird.console.metrics import Metrics
from bowerbird.console.sources import Sources

router = APIRouter(tags=["Health"])

_PATIENCE = 5


@router.get("/healthz", response_class=Json)
def healthz() -> Json:
    """The process answers."""
    return answers.json({"status": "ok"})


@router.get("/readyz", response_class=Json)
async def readyz(request: Request) -> Json:
    """The engine answers and says how far it is behind; 503 when it does not within 5 seconds."""
    sources: Sources = request.app.state.sources
    try:
        with fail_after(_PATIENCE):
            lag = await to_thread.run_sync(sources.engine.lag, abandon_on_cancel=True)
    except Exception:  # whatever it is: not ready, and a probe needs no more
        return failure(503, "unavailable", "The engine does not say how far it is behind.", "See the engine's output.")
    return answers.json({"status": "ready", "lag": lag})


@router.get("/metrics", response_class=Response)
def metrics(request: Request, accept: Annotated[str, Header()] = "") -> Response:
    """For Prometheus."""
    exposed: Metrics = request.app.state.metrics
    body, content_type = exposed.render(accept)
    return Response(body, headers={"Content-Type": content_type})
