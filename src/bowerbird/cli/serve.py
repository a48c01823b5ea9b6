"""`bowerbird serve`."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.invocation import invocation

if TYPE_CHECKING:
    from bowerbird.registry.operators import FirstSecrets

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on, 127.0.0.1 unless set.")] = None,
    port: Annotated[int | None, typer.Option(help="The collector's port, 8000 unless set.")] = None,
    console_port: Annotated[int | None, typer.Option(help="The console's port, 8001 unless set.")] = None,
    workers: Annotated[int | None, typer.Option(help="Collector processes, 2 unless set.")] = None,
) -> None:
    """Collects events and answers questions, until SIGTERM or Ctrl-C.

    \b
    Examples:
      bowerbird serve
      bowerbird serve --data /srv/bowerbird --host 0.0.0.0 --workers 4
    """
    from bowerbird.service import supervisor

    call = invocation(ctx)
    os.umask(0o077)  # whatever mode the directory has, nobody else reads what is in it
    settings = call.settings(host=host, port=port, console_port=console_port, workers=workers)
    with call.registry():
        first: FirstSecrets | None = None

    def prepare() -> None:
        nonlocal first
        with call.registry() as registry:
            first = registry.bootstrap()
        if first is not None and not call.output.as_json:
            typer.echo(_first_words(str(settings.data), first))

    def announce(urls: Sequence[str]) -> None:
        collector, console = urls
        document = {"collector": collector, "console": console, "first": first}
        call.output.show(document, f"collector ready {collector}\nconsole ready {console}")

    if not supervisor.serve(settings, prepare, announce, call.output.note):
        raise typer.Exit(1)


def _first_words(data: str, first: "FirstSecrets") -> str:
    lines = [f"New data directory {data} with workspace `default`. Shown only now:"]
    if first.secret:
        lines.append(f"  API key   {first.secret}")
    if first.password:
        lines += ["  user      admin", f"  password  {first.password}"]
    return "\n".join([*lines, ""])
