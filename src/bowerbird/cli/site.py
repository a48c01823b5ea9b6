"""`bowerbird site …`"""

from typing import Annotated

import msgspec
import typer

from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import DEFAULT_WORKSPACE, InWorkspace, OfWorkspace
from bowerbird.cli.output import moment, table

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command()
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(metavar="N", help="What the site is called, such as www.acme.example.")] = "",
    workspace: InWorkspace = DEFAULT_WORKSPACE,
    site_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="An existing public key to go on with.", show_default=False)
    ] = None,
) -> None:
    """Make a site: a public id with which a browser may write events and do nothing else (Scribe's `site`,
    Klaviyo's `company_id`).

    \b
    Example:
      bowerbird site create --workspace acme --name www.acme.example --id AbC123
    """
    call = invocation(ctx)
    with call.registry() as registry:
        site = registry.keys.add_site(workspace, name, site_id)
    call.output.show(
        {"id": site.id, "workspace": workspace, "name": site.name}, f"site {site.id} of workspace {workspace} is there"
    )


@app.command()
def remove(ctx: typer.Context, site_id: Annotated[str, typer.Argument(metavar="ID", help="The site's id.")]) -> None:
    """Remove a site: its id sends nothing any more. What it sent stays."""
    call = invocation(ctx)
    with call.registry() as registry:
        registry.keys.remove_site(site_id)
    call.output.show({"id": site_id}, f"site {site_id} is removed")


@app.command("list")
def list_(ctx: typer.Context, workspace: OfWorkspace = None) -> None:
    """Show all sites."""
    call = invocation(ctx)
    with call.registry() as registry:
        if workspace:
            registry.workspaces.get(workspace)  # raises, where there is none
        sites = registry.keys.sites(workspace)
    rows = [(site.id, site.workspace, site.name, moment(site.created_at)) for site in sites]
    call.output.show(
        {"sites": [{**msgspec.structs.asdict(site), "created_at": moment(site.created_at)} for site in sites]},
        table(("id", "workspace", "name", "created"), rows, "no sites yet; `bowerbird site create --name N` makes one"),
    )
