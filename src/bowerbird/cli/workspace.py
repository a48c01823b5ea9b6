"""`bowerbird workspace …`"""

from typing import Annotated, Any

import typer
from rich.console import RenderableType

from bowerbird.cli.invocation import invocation
from bowerbird.cli.output import table
from bowerbird.registry.base import Workspace
from bowerbird.registry.workspace_settings import SETTINGS, describe

app = typer.Typer(no_args_is_help=True, add_completion=False)

_WIDTH = max(len(setting.key) for setting in SETTINGS)
_SETTINGS_HELP = "\b\nSettings:\n" + "\n".join(
    f"  {setting.key:{_WIDTH}}  {setting.form.allowed}: {setting.meaning}" for setting in SETTINGS
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The workspace's name.")]
Pairs = Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Settings that differ.")]
ChangedPairs = Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", help="Settings to change.")]


@app.command(epilog=_SETTINGS_HELP)
def create(ctx: typer.Context, name: Name, pairs: Pairs = None) -> None:
    """Make a workspace: keys, lists, sites, people and events of its own.

    \b
    Example:
      bowerbird workspace create acme currency=EUR timezone=Europe/Berlin
    """
    call = invocation(ctx)
    with call.registry() as registry:
        workspace = registry.workspaces.create(name, pairs or ())
    call.output.show(
        _document(workspace),
        f"workspace {name} is there; next: bowerbird key create --workspace {name} --scope events:write",
    )


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """Show all workspaces."""
    call = invocation(ctx)
    with call.registry() as registry:
        workspaces = registry.workspaces.all()
    rows = [
        (w.name, w.settings.currency, w.settings.timezone, "on" if w.settings.event_tracking else "off", len(w.lists))
        for w in workspaces
    ]
    call.output.show(
        {"workspaces": [_document(workspace) for workspace in workspaces]},
        table(("name", "currency", "timezone", "tracking", "lists"), rows, "no workspaces"),
    )


@app.command()
def show(ctx: typer.Context, name: Name) -> None:
    """Show a workspace's settings."""
    call = invocation(ctx)
    with call.registry() as registry:
        workspace = registry.workspaces.get(name)
    call.output.show(_document(workspace), _settings(workspace))


@app.command("set", epilog=_SETTINGS_HELP)
def set_(ctx: typer.Context, name: Name, pairs: ChangedPairs) -> None:
    """Change settings; running servers follow within a second.

    \b
    Example:
      bowerbird workspace set default klaviyo.burst=off klaviyo.steady=off octeth.email=optional
    """
    call = invocation(ctx)
    with call.registry() as registry:
        workspace = registry.workspaces.set(name, pairs)
    call.output.show(_document(workspace), _settings(workspace))


def _document(workspace: Workspace) -> dict[str, Any]:
    return {
        "name": workspace.name,
        "number": workspace.number,
        "settings": describe(workspace.settings),
        "lists": workspace.lists,
    }


def _settings(workspace: Workspace) -> RenderableType:
    values = describe(workspace.settings)
    rows = [(setting.key, values[setting.key], setting.meaning) for setting in SETTINGS]
    return table(("setting", "value", "meaning"), rows, "no settings")
