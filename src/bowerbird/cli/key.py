"""`bowerbird key …`"""

from typing import Annotated

import typer

from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import DEFAULT_WORKSPACE, InWorkspace, OfWorkspace, from_stdin
from bowerbird.cli.output import moment, table
from bowerbird.registry.base import SCOPES

app = typer.Typer(no_args_is_help=True, add_completion=False)

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
) -> None:
    """Make an API key, or register the one that an integration already uses, so that only its URL changes.

    \b
    Examples:
      bowerbird key create --scope events:write,profiles:write
      bowerbird key create --workspace acme --scope events:write --secret pk_live_51H…
    """
    call = invocation(ctx)
    scopes = [name.strip() for text in scope or ["events:write"] for name in text.split(",") if name.strip()]
    given = from_stdin(secret)
    with call.registry() as registry:
        key, shown = registry.keys.create(workspace, scopes, given)
    told = "the secret given" if given else f"{shown}\n  (kept nowhere: this is the only time it is shown)"
    call.output.show(
        {"id": key.id, "workspace": key.workspace, "secret": shown, "scopes": key.scopes},
        f"key     {key.id}\nscopes  {', '.join(key.scopes)} in workspace {key.workspace}\nsecret  {told}",
    )


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
            "workspace": key.workspace,
            "scopes": key.scopes,
            "hint": key.hint,
            "created_at": moment(key.created_at),
            "revoked_at": moment(key.revoked_at) if key.revoked_at else None,
        }
        for key in keys
    ]
    columns = ("id", "workspace", "scopes", "secret", "created", "revoked")
    call.output.show({"keys": document}, table(columns, rows, "no keys yet; `bowerbird key create` makes one"))


@app.command()
def revoke(ctx: typer.Context, key_id: Annotated[str, typer.Argument(metavar="ID", help="As in `key list`.")]) -> None:
    """Take a key away; running servers refuse it within a second."""
    call = invocation(ctx)
    with call.registry() as registry:
        registry.keys.revoke(key_id)
    call.output.show({"id": key_id, "revoked": True}, f"key {key_id} is revoked")
