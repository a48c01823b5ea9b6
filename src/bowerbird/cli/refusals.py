"""`bowerbird refusals`"""

from typing import Annotated, Any

import typer

from bowerbird.cli.engine import connect
from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import OfWorkspace
from bowerbird.cli.output import table
from bowerbird.registry.labels import key_named

app = typer.Typer(add_completion=False)

_EMPTY = "nothing was refused lately; `bowerbird trace EVENT_ID` tells what became of an event that was taken"
_COLUMNS = ("refused", "key", "request", "status", "reason", "why", "times")


@app.command()
def refusals(
    ctx: typer.Context,
    *,
    workspace: OfWorkspace = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Only this key's; of an unknown one, the hash.", show_default=False),
    ] = None,
    dialect: Annotated[str | None, typer.Option(metavar="D", help="Only this vendor's.", show_default=False)] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="R", help="Only for this reason, such as `invalid`.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most refusals to show.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="The `next` of the page before.", show_default=False)] = None,
) -> None:
    """Show the latest refused requests, newest first: why is my event not there?

    \b
    Examples:
      bowerbird refusals
      bowerbird refusals --key key_51f0c2a9d3e4 --limit 100
      bowerbird refusals --reason credentials_invalid --json
    """
    call = invocation(ctx)
    with connect(call.settings(), catch_up=False) as engine:
        answer = engine.get(
            "/refusals", workspace=workspace, key=key, dialect=dialect, reason=reason, limit=limit, cursor=cursor
        )
    page = answer.document
    empty = "nothing of that kind was refused lately" if key or dialect or reason else _EMPTY
    call.output.show(answer.raw, table(_COLUMNS, map(_row, page["refusals"]), empty))
    if page["next"]:
        call.output.note(f"there are more: --cursor {page['next']}")


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    unknown = f"{one['secret_hint']} ({one['secret_hash']})" if one["secret_hash"] else None
    more = f" and {one['left_out']} others" if one["left_out"] else ""
    return (
        f"{one['at'][:19]}Z",
        key_named(one["key_id"], one["key_label"] or "") if one["key_id"] else unknown,
        f"{one['method']} {one['path']}",
        one["status"],
        one["reason"],
        _why(one),
        f"{one['times']}{more}",
    )


def _why(one: dict[str, Any]) -> str:
    rules = [f"{rule['field']}: {rule['message'] or rule['code']}".removeprefix(": ") for rule in one["issues"]]
    return "; ".join(rules) or one["message"] or one["meaning"]
