"""`bowerbird quarantine …`"""

from typing import Annotated

import typer

from bowerbird.cli.engine import connect
from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import OfWorkspace
from bowerbird.cli.output import table

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command("list")
def list_(
    ctx: typer.Context,
    workspace: OfWorkspace = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most events to show.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="The `next` of the page before.", show_default=False)] = None,
) -> None:
    """Show events that could not be processed, newest first, with the step that failed and why."""
    call = invocation(ctx)
    with connect(call.settings()) as engine:
        answer = engine.get("/quarantine", workspace=workspace, limit=limit, cursor=cursor)
    page = answer.document
    rows = [
        (one["event_id"], one["received_at"], one["dialect"], one["step"], one["reason"]) for one in page["quarantine"]
    ]
    call.output.show(
        answer.raw, table(("event", "received", "dialect", "step", "reason"), rows, "nothing is in quarantine")
    )
    if page["next"]:
        call.output.note(f"there are more: --cursor {page['next']}")


@app.command()
def retry(
    ctx: typer.Context,
    event_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[EVENT_ID]…", help="Default: all of the workspace's.")
    ] = None,
    workspace: OfWorkspace = None,
) -> None:
    """Take quarantined events through the steps again, after their cause was mended."""
    call = invocation(ctx)
    body = {"event_ids": event_ids} if event_ids else None
    with connect(call.settings()) as engine:
        answer = engine.post("/quarantine/retry", body, workspace=workspace)
    done = answer.document
    why = "; `bowerbird quarantine list` says why" if done["stayed"] else ""
    call.output.show(answer.raw, f"{done['released']} left quarantine, {done['stayed']} stayed{why}")
