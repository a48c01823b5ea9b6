"""`bowerbird trace`"""

from typing import Annotated, Any

import typer

from bowerbird.cli.engine import connect
from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import OfWorkspace

_MORE = ("quarantined", "attributed", "touched")
"""Steps whose text does not tell their facts."""

app = typer.Typer(add_completion=False)


@app.command()
def trace(
    ctx: typer.Context,
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID", help="The event's id, or the sender's own.")],
    workspace: OfWorkspace = None,
) -> None:
    """Where is my event: accepted when and by which key, duplicate of what, quarantined why, stored where, whose,
    attributed to what. Exits 1 when nobody knows it.

    \b
    Examples:
      bowerbird trace 01975f0c-7a10-7b3c-9a53-0c6f5de0a911
      bowerbird trace ord_1042 --workspace acme
    """
    from urllib.parse import quote

    call = invocation(ctx)
    with connect(call.settings()) as engine:
        answer = engine.get(f"/events/{quote(event_id, safe='')}/trace", workspace=workspace)
    call.output.show(answer.raw, _shown(answer.document))
    if not answer.document["found"]:
        raise typer.Exit(1)


def _shown(document: dict[str, Any]) -> str:
    if not document["found"]:
        return f"{document['id']}: unknown\n{document['advice']}"
    return "\n\n".join(_one(found) for found in document["found"])


def _one(found: dict[str, Any]) -> str:
    head = f"{found['event_id']}  {found['outcome']}  in workspace {found['workspace']}"
    own = [f"  sender's id    {found['source_id']}"] if found["source_id"] else []
    steps = [f"  {step['step']:<13}  {step['text']}{_at(step)}{_facts(step)}" for step in found["steps"]]
    return "\n".join([head, *own, *steps])


def _facts(step: dict[str, Any]) -> str:
    told = ", ".join(f"{name}={value}" for name, value in step["facts"].items()) if step["step"] in _MORE else ""
    return f"\n{' ' * 17}{told}" if told else ""


def _at(step: dict[str, Any]) -> str:
    return f", {step['at']}" if step["at"] else ""
