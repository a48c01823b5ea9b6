"""The console's port: the JSON API, its documentation, and what probes ask. One list says what is on it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

import bowerbird
from bowerbird.console import failures
from bowerbird.console.access import Door
from bowerbird.console.api import (
    audit,
    boards,
    catalog,
    events,
    export,
    health,
    insights,
    people,
    quarantine,
    refusals,
    replay,
    segments,
)
from bowerbird.console.docs import router as docs_router
from bowerbird.console.limits import BodyLimit
from bowerbird.console.metrics import Metrics
from bowerbird.console.openapi.document import with_vendors
from bowerbird.console.shared import Shared
from bowerbird.console.sources import Sources

PREFIX = "/api/v1"
_RESOURCES = (audit, events, people, catalog, refusals, quarantine, replay, export, insights, segments, boards)
_DESCRIPTION = """\
Asks what Bowerbird knows: events, people, the catalog, and where every accepted event is.

Authorize with `Authorization: Bearer <key>`; a key sees its own workspace. Failures are always
`{"error": {"code", "message", "hint"}}`. The event endpoints that speak the vendors' languages are on the
collector's port and listed here by vendor.
"""


def create_app(
    sources: Sources, token: str, collector_url: str = "http://127.0.0.1:8000", more: Sequence[APIRouter] = ()
) -> FastAPI:
    """The app of the console's port. `token` is the control token of this machine; `more` are further resources
    under `/api/v1`. Shutting the app down closes the log desk, and ends the threads of
    questions and probes."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        for one in (app.state.lag, app.state.metrics, sources.insights.turns, sources.log):
            one.close()

    app = FastAPI(
        title="Bowerbird",
        version=bowerbird.__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.sources = sources
    app.state.door = Door(sources, token)
    app.state.metrics = Metrics(sources)
    app.state.lag = Shared(sources.lag)
    for router in (*(resource.router for resource in _RESOURCES), *more):
        app.include_router(router, prefix=PREFIX)
    app.include_router(health.router)
    app.include_router(docs_router)
    app.add_middleware(BodyLimit)
    failures.install(app)
    _with_vendor_paths(app, collector_url)
    return app


def _with_vendor_paths(app: FastAPI, collector_url: str) -> None:
    own = app.openapi

    def openapi() -> dict[str, object]:
        if app.openapi_schema is None:
            document = own()
            document["components"]["schemas"].update(insights.schemas() | boards.schemas())
            app.openapi_schema = with_vendors(document, collector_url)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents for extending its schema
