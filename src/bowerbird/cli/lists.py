"""`bowerbird list …`"""

from typing import Annotated

import typer

from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import DEFAULT_WORKSPACE, InWorkspace, OfWorkspace
from bowerbird.cli.output import table

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command()
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(metavar="N", help="What the list is called.")],
    workspace: InWorkspace = DEFAULT_WORKSPACE,
    list_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="An existing ListID to go on with.", show_default=False)
    ] = None,
) -> None:
    """Make a list (Octeth's ListID). Without --id it gets the workspace's next free number.

    \b
    Example:
      bowerbird list create --workspace acme --name Newsletter --id 94
    """
    call = invocation(ctx)
    with call.registry() as registry:
        given = registry.workspaces.add_list(workspace, name, list_id)
    call.output.show(
        {"id": given, "workspace": workspace, "name": name}, f"list {given} ({name}) of workspace {workspace} is there"
    )


@app.command("list")
def list_(ctx: typer.Context, workspace: OfWorkspace = None) -> None:
    """Show all lists."""
    call = invocation(ctx)
    with call.registry() as registry:
        shown = [registry.workspaces.get(workspace)] if workspace else registry.workspaces.all()
    rows = [(list_id, one.name, name) for one in shown for list_id, name in one.lists.items()]
    call.output.show(
        {"lists": [{"id": list_id, "workspace": of, "name": name} for list_id, of, name in rows]},
        table(("id", "workspace", "name"), rows, "no lists yet; `bowerbird list create --name N` makes one"),
    )
