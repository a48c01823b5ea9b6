"""`bowerbird ask`"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from bowerbird.cli.answer_tables import parts
from bowerbird.cli.engine import connect
from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import OfWorkspace
from bowerbird.errors import NotFoundError, QuestionInvalidError

if TYPE_CHECKING:
    from rich.console import RenderableType

app = typer.Typer(add_completion=False)

_ADVICE = 'Write JSON, such as \'{"series": [{"event": "Placed Order"}]}\'; docs/insights.md has every kind.'


@app.command()
def ask(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="trend, funnel, retention, paths, sql, …")],
    question: Annotated[
        str, typer.Argument(metavar="[QUESTION]", help="JSON, or @FILE, or - for stdin; SQL for the kind sql.")
    ] = "{}",
    workspace: OfWorkspace = None,
) -> None:
    """Ask a question about the stored events. The same questions go to POST /api/v1/insights/KIND.

    \b
    Examples:
      bowerbird ask trend '{"series": [{"event": "Placed Order"}], "range": {"last": 7}}'
      bowerbird ask funnel @checkout.json --json
      bowerbird ask sql "SELECT name, count(*) FROM events GROUP BY ALL"
    """
    call = invocation(ctx)
    from bowerbird.insights.kinds import KINDS

    if kind not in KINDS:
        raise NotFoundError(f"there is no kind of question {kind!r}", f"Ask one of {', '.join(KINDS)}.")
    asked = _question(kind, _text(question))
    with connect(call.settings()) as engine:
        answer = engine.post(f"/insights/{kind}", asked, workspace=workspace)
    call.output.show(answer.raw, _shown(answer.document))


def _text(given: str) -> str:
    if given == "-":
        return _decoded(sys.stdin.buffer.read(), "stdin")
    if given.startswith("@"):
        path = Path(given[1:])
        if not path.is_file():
            raise NotFoundError(f"there is no file {path}", "After @ stands the path of a file with the question.")
        return _decoded(path.read_bytes(), str(path))
    return given


def _decoded(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionInvalidError(f"{source} is no UTF-8: {error}", "Save the question as UTF-8.") from error


def _question(kind: str, text: str) -> Any:
    if kind == "sql" and not text.lstrip().startswith("{"):
        return {"sql": text}
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise QuestionInvalidError(f"the question is no JSON: {error}", _ADVICE) from error


def _shown(document: dict[str, Any]) -> "RenderableType":
    from rich.console import Group

    return Group(*parts(document["result"]), "", _line(document))


def _line(document: dict[str, Any]) -> str:
    """What the answer covers and how fresh it is, in one line."""
    fresh = document["freshness"]
    newest = fresh["last_received_at"]
    state = f"newest event received {newest}" if newest else "no events yet"
    waiting = f", {fresh['pending_events']} not yet counted" if fresh["pending_events"] else ""
    span = f"{document['since']} to {document['until']} ({document['timezone']})"
    return f"{span}; {state}{waiting}; took {document['took_ms']:g} ms"
