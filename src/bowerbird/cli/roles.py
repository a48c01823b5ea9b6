"""The processes that `bowerbird serve` starts: hidden verbs, with a socket and a line from their parent."""

from typing import Annotated

import typer

from bowerbird.cli.invocation import invocation

collector = typer.Typer(add_completion=False)
engine = typer.Typer(add_completion=False)

ListenFd = Annotated[int, typer.Option("--listen-fd", help="The listening socket.")]

ParentFd = Annotated[int, typer.Option("--parent-fd", help="The line to the parent.")]


@collector.command()
def collect(
    ctx: typer.Context,
    listen_fd: ListenFd,
    parent_fd: ParentFd,
    console_url: Annotated[str, typer.Option(help="Where the console is, for answers that point there.")] = "",
) -> None:
    """One collector process of `bowerbird serve`."""
    from bowerbird.service.child import ParentLine, listening_socket
    from bowerbird.wiring.collector import run_collector

    line = ParentLine(parent_fd)
    run_collector(invocation(ctx).settings(), listening_socket(listen_fd), console_url, line.ready)


@engine.command()
def process(
    ctx: typer.Context,
    listen_fd: ListenFd,
    parent_fd: ParentFd,
    collector_url: Annotated[str, typer.Option(help="Where collectors listen, for the documentation.")] = "",
) -> None:
    """The engine process of `bowerbird serve`: processor, console and JSON API."""
    from bowerbird.service.child import ParentLine, listening_socket
    from bowerbird.wiring.engine import run_engine

    line = ParentLine(parent_fd)
    run_engine(invocation(ctx).settings(), listening_socket(listen_fd), collector_url, line.ready)
