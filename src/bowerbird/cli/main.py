"""The command line: `bowerbird [--data DIR] [--json] VERB …`.

A verb is a module with an `app`, a `typer.Typer`: one `@app.command()` makes a plain verb (`bowerbird serve`), several
make a verb with sub-verbs (`bowerbird key list`). To add one, write the module and add its line to `VERBS`. A module
is imported only when its verb is called, and imports whatever is slow (SQLAlchemy, DuckDB, pydantic, rich) inside its
functions, so that `bowerbird --help` stays fast.

Sub-verbs live in `typer.Typer(no_args_is_help=True, add_completion=False)`. A docstring's examples follow a line
`\\b`, which keeps their lines. A command function takes `ctx: typer.Context` first. `invocation(ctx)` gives
`.settings()`, `.registry()` and `.output` (see `invocation.py`); the function ends with one
`output.show(document, human)`. It raises `BowerbirdError` for whatever goes wrong: message and hint are then printed
to stderr and the exit code is 1. Another exit code: `raise typer.Exit(n)`. `--data` and `--json` are accepted before
and after every verb; no verb declares them.
"""

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import Abort, Exit, TyperException

from bowerbird.cli.invocation import Invocation
from bowerbird.cli.output import Output
from bowerbird.cli.printable import prepare_streams
from bowerbird.errors import BowerbirdError


class Verb(NamedTuple):
    module: str
    help: str
    attribute: str = "app"
    hidden: bool = False


VERBS = {
    "serve": Verb("bowerbird.cli.serve", "Collect events and answer questions."),
    "workspace": Verb("bowerbird.cli.workspace", "Workspaces and their settings."),
    "key": Verb("bowerbird.cli.key", "API keys: create, register an existing one, list, label, revoke."),
    "list": Verb("bowerbird.cli.lists", "Lists that events and subscribers belong to."),
    "site": Verb("bowerbird.cli.site", "Sites: public, write-only ids for browsers."),
    "user": Verb("bowerbird.cli.user", "Users: people with a role, who speak through sessions."),
    "session": Verb("bowerbird.cli.session", "Sessions of users, such as Octeth's SessionID."),
    "import": Verb("bowerbird.cli.import_", "Bring in a file of events."),
    "export": Verb("bowerbird.cli.export", "Write all stored events to a file."),
    "ask": Verb("bowerbird.cli.ask", "Ask a question about the stored events."),
    "audit": Verb("bowerbird.cli.audit", "Show that every accepted event is accounted for."),
    "trace": Verb("bowerbird.cli.trace", "Tell what became of one event."),
    "refusals": Verb("bowerbird.cli.refusals", "Requests that were refused, and why."),
    "quarantine": Verb("bowerbird.cli.quarantine", "Events that could not be processed: list, retry."),
    "person": Verb("bowerbird.cli.person", "People: find, show, unmerge, erase, export."),
    "replay": Verb("bowerbird.cli.replay", "Rebuild everything from the log."),
    "demo": Verb("bowerbird.cli.demo", "Send a day of plausible traffic."),
    "doctor": Verb("bowerbird.cli.doctor", "Look for what is wrong with this machine."),
    "collector": Verb("bowerbird.cli.roles", "One collector process of serve.", "collector", hidden=True),
    "engine": Verb("bowerbird.cli.roles", "The engine process of serve.", "engine", hidden=True),
}

EVERYWHERE = "Everywhere: --data DIR (or BOWERBIRD_DATA), --json, --help."


class Verbs(TyperGroup):
    """The table `VERBS` as a command group: stubs for help and suggestions, the module for a call."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name=name, help=verb.help, hidden=verb.hidden, rich_markup_mode=None)
            for name, verb in VERBS.items()
        }

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, hoist(args))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        if name is None:
            return None, None, rest
        verb = getattr(import_module(VERBS[name].module), VERBS[name].attribute)
        # Plain help: importing rich's takes longer than most verbs.
        verb.rich_markup_mode = None
        command = typer.main.get_command(verb)
        command.epilog = command.epilog or EVERYWHERE
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BowerbirdError as error:
            failure = error
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            failure = BowerbirdError(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        except TyperException as error:
            if not ctx.params["as_json"]:
                raise
            Output(as_json=True).fail(BowerbirdError(error.format_message(), "`--help` shows how it is used."))
            raise typer.Exit(error.exit_code) from error
        except (Exit, Abort, EOFError):
            raise
        except Exception as error:
            if os.environ.get("BOWERBIRD_TRACEBACK"):
                raise
            failure = BowerbirdError(
                f"unexpected {type(error).__name__}: {error}", "BOWERBIRD_TRACEBACK=1 shows where it comes from"
            )
        Output(ctx.params["as_json"]).fail(failure)
        raise typer.Exit(1)


def hoist(args: Sequence[str]) -> list[str]:
    """Brings `--data DIR` and `--json` to the front, from wherever they stand before a `--`."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for arg in waiting:
        if arg == "--":
            rest += [arg, *waiting]
        elif arg == "--data":
            value = next(waiting, None)
            if value is None:
                raise typer.BadParameter("--data needs a directory")
            front += [arg, value]
        elif arg == "--json" or arg.startswith("--data="):
            front.append(arg)
        else:
            rest.append(arg)
    return front + rest


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each verb has its own --help with examples.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"bowerbird {version('bowerbird')}")
        raise typer.Exit


@app.callback()
def bowerbird(
    ctx: typer.Context,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Data directory.", envvar="BOWERBIRD_DATA", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    _: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)] = False,
) -> None:
    """Collects the events that five vendors' clients send, and answers questions about them.

    \b
    Examples:
      bowerbird serve
      bowerbird key create --scope events:write,events:read
      bowerbird --data /srv/bowerbird workspace set default currency=EUR
      bowerbird audit --json
    """
    ctx.obj = Invocation(data, Output(as_json))


def main() -> None:
    prepare_streams()
    app(prog_name="bowerbird")
