"""`POST /api/v1/insights/…`: a route for each kind of question."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from inspect import cleandoc
from typing import Annotated, Any, TypeVar, get_type_hints

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from bowerbird.console import answers, personal
from bowerbird.console.access import Session, need
from bowerbird.console.answers import Json
from bowerbird.console.api.answering import failed
from bowerbird.console.turns import PATIENCE, each_in_turn, in_turn
from bowerbird.insights import segment
from bowerbird.insights.base import Answer, Stop
from bowerbird.insights.kinds import KINDS
from bowerbird.insights.question import Kind, parse

router = APIRouter(tags=["Insights"], default_response_class=Json)

Asker = Annotated[Session, need("ask")]
_REF = "#/components/schemas/{name}"
T = TypeVar("T")
_LOOK = 0.25
"""Seconds between two looks whether the asker is still there."""


def schemas() -> dict[str, Any]:
    """The shapes of all questions and results, for the OpenAPI document's components."""
    return _described()[1]


def _result(kind: Kind) -> Any:
    return get_type_hints(kind.answer)["return"]


def _described() -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    """References to all shapes by type, and the shapes by name. Made together: two of one name get longer ones."""
    types = [Answer, *(kind.question for kind in KINDS.values()), *(_result(kind) for kind in KINDS.values())]
    references, components = msgspec.json.schema_components(types, ref_template=_REF)
    return dict(zip(types, references, strict=True)), components


_references = _described()[0]


async def _body(request: Request) -> bytes:
    return await request.body()


def _route(name: str) -> Callable[[Request, Session], Awaitable[Json]]:
    async def ask(request: Request, session: Asker) -> Json:
        body = await request.body()
        workspace = session.workspace
        known = session.snapshot.workspace(workspace)
        timezone = known.settings.timezone if known else "UTC"
        stop = Stop()

        def answer() -> Answer:
            masks = session.masks()
            question = parse(KINDS[name].question, body)
            personal.check(masks, question)
            return personal.masked(masks, session.sources.insights.ask(workspace, timezone, name, question, stop))

        turns = session.sources.insights.turns
        return answers.json(await _unless_gone(request, in_turn(turns, session.who, stop, answer, PATIENCE), stop))

    return ask


async def _unless_gone(request: Request, asking: Awaitable[T], stop: Stop) -> T:
    """The answer; the question is cancelled when nobody waits for it any more."""
    task = asyncio.ensure_future(asking)
    while not (await asyncio.wait([task], timeout=_LOOK))[0]:
        if await request.is_disconnected():
            stop.cancel()
    return task.result()


@router.post(
    "/insights/segment/csv",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/csv": {}}, "description": "A head, and a line for each."},
        **failed(404, 503, 504),
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": _references[segment.Segment]}}}
    },
)
async def segment_csv(request: Request, session: Asker, body: Annotated[bytes, Depends(_body)]) -> StreamingResponse:
    """Everybody in a segment as CSV: the question is that of `/insights/segment`, without `limit` and `after`."""
    insights = session.sources.insights
    known = session.snapshot.workspace(session.workspace)
    timezone = known.settings.timezone if known else "UTC"
    stop = Stop()

    def begun() -> tuple[bytes, Iterator[bytes]]:
        question = personal.listed(session.masks(), parse(segment.Segment, body))
        pieces = insights.people_csv(session.workspace, timezone, question, stop)
        return next(pieces) + next(pieces, b""), pieces  # what makes no sense is refused before the answer begins

    asking = in_turn(insights.turns, session.who, stop, begun, PATIENCE)
    first, pieces = await _unless_gone(request, asking, stop)

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for piece in each_in_turn(insights.turns, session.who, pieces):
            yield piece

    headers = {"Content-Disposition": 'attachment; filename="segment.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(whole(), 200, headers, "text/csv; charset=utf-8")


def _answer_schema(kind: Kind) -> dict[str, Any]:
    shape = {"properties": {"question": _references[kind.question], "result": _references[_result(kind)]}}
    return {"allOf": [_references[Answer], shape]}


for _name, _kind in KINDS.items():
    _doc = cleandoc(_kind.question.__doc__ or "")
    router.add_api_route(
        f"/insights/{_name}",
        _route(_name),
        methods=["POST"],
        summary=f"Ask a {_name} question",
        description=_doc,
        operation_id=f"ask_{_name}",
        responses={
            200: {"content": {"application/json": {"schema": _answer_schema(_kind)}}, "description": "The answer."},
            **failed(404, 503, 504),
        },
        openapi_extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": _references[_kind.question]}}}
        },
    )
