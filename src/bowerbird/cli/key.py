"""`bowerbird key …`"""

from typing import Annotated

import typer

from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import DEFAULT_WORKSPACE, InWorkspace, OfWorkspace, from_stdin
from bowerbird.cli.output import moment, table
from bowerbird.registry.base import SCOPES
from bowerbird.registry.labels import key_named

app = typer.Typer(no_args_is_help=True, add_completion=False)

KeyId = Annotated[str, typer.Argument(metavar="ID", help="As in `key list`.")]
_ANY = ", ".join(SCOPES)


@app.command()
def create(
    ctx: typer.Context,
    workspace: InWorkspace = DEFAULT_WORKSPACE,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="S", help=f"Repeatable, or joined by commas: {_ANY}. [default: events:write]", show_default=False
        ),
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(metavar="EXISTING", help="Register this vendor key as it is; - reads it from stdin."),
    ] = None,
    label: Annotated[
        str, typer.Option(metavar="TEXT", help="What to call it: at most 100 characters.", show_default=False)
    ] = "",
) -> None:
    """Make an API key, or register the one that an integration already uses, so that only its URL changes.

    \b
    Examples:
      bowerbird key create --scope events:write,profiles:write --label "Shop, live"
      bowerbird key create --workspace acme --scope events:write --secret pk_live_51H…
    """
    call = invocation(ctx)
    scopes = [name.strip() for text in scope or ["events:write"] for name in text.split(",") if name.strip()]
    given = from_stdin(secret)
    with call.registry() as registry:
        key, shown = registry.keys.create(workspace, scopes, given, label)
    told = "the secret given" if given else f"{shown}\n  (kept nowhere: this is the only time it is shown)"
    lines = (
        f"key     {key_named(key.id, key.label)}",
        f"scopes  {', '.join(key.scopes)} in workspace {key.workspace}",
        f"secret  {told}",
    )
    document = {"id": key.id, "workspace": key.workspace, "secret": shown, "scopes": key.scopes}
    labelled = {"label": key.label} if key.label else {}  # without one the document is as it always was
    call.output.show(document | labelled, "\n".join(lines))


@app.command("list")
def list_(ctx: typer.Context, workspace: OfWorkspace = None) -> None:
    """Show all keys, revoked ones too. Secrets are not kept; the last four characters tell long ones apart."""
    call = invocation(ctx)
    with call.registry() as registry:
        if workspace:
            registry.workspaces.get(workspace)  # raises, where there is none
        keys = registry.keys.all(workspace)
    rows = [
        (
            key.id,
            key.label or None,
            key.workspace,
            " ".join(key.scopes),
            f"…{key.hint}" if key.hint else None,
            moment(key.created_at),
            moment(key.revoked_at) if key.revoked_at else None,
        )
        for key in keys
    ]
    document = [
        {
            "id": key.id,
            "label": key.label,
            "workspace": key.workspace,
            "scopes": key.scopes,
            "hint": key.hint,
            "created_at": moment(key.created_at),
            "revoked_at": moment(key.revoked_at) if key.revoked_at else None,
        }
        for key in keys
    ]
    columns = ("id", "label", "workspace", "scopes", "secret", "created", "revoked")
    call.output.show({"keys": document}, table(columns, rows, "no keys yet; `bowerbird key create` makes one"))


@app.command()
def label(
    ctx: typer.Context,
    key_id: KeyId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help='What to call it; "" takes its label away.')],
) -> None:
    """Call a key something, or something else; it goes on as it is.

    \b
    Example:
      bowerbird key label key_51f0c2a9d3e4 "Shop, live"
    """
    call = invocation(ctx)
    with call.registry() as registry:
        key = registry.keys.label(key_id, text)
    told = f"key {key.id} is called {key.label}" if key.label else f"key {key.id} has no label"
    call.output.show({"id": key.id, "label": key.label}, told)


@app.command()
def revoke(ctx: typer.Context, key_id: KeyId) -> None:
    """Take a key away; running servers refuse it within a second."""
    call = invocation(ctx)
    with call.registry() as registry:
        registry.keys.revoke(key_id)
    call.output.show({"id": key_id, "revoked": True}, f"key {key_id} is revoked")
