"""`bowerbird serve`."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.invocation import Invocation, invocation
from bowerbird.service.signals import WakeOnSignal

if TYPE_CHECKING:
    from socket import socket

    from bowerbird.registry.operators import FirstSecrets

app = typer.Typer(add_completion=False)

_UNTOLD = (
    "stdout does not take what is written to it. New ones instead of a first key and password that nobody saw: "
    "`bowerbird key create --scope admin`, `bowerbird user password --name admin`"
)


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
    given = {"host": host, "port": port, "console_port": console_port, "workers": workers}
    with WakeOnSignal() as woken:
        if not _serve(invocation(ctx), given, woken):
            raise typer.Exit(1)


def _serve(call: Invocation, given: Mapping[str, object], woken: "socket") -> bool:
    from bowerbird.service import supervisor

    os.umask(0o077)  # whatever mode the directory has, nobody else reads what is in it
    settings = call.settings(**given)
    with call.registry():
        words = Words(call, str(settings.data))

    def prepare() -> None:
        with call.registry() as registry:
            words.first(registry.bootstrap())

    try:
        return supervisor.serve(settings, woken, prepare, words.ready, call.output.note)
    finally:
        words.last()


class Words:
    """What stdout is told: the secrets that are shown once, and where the server answers. With `--json` that is one
    document, which comes even when nothing answers, if it has secrets. A stdout that takes nothing ends no server."""

    def __init__(self, call: Invocation, data: str) -> None:
        self._output = call.output
        self._data = data
        self._untold: FirstSecrets | None = None

    def first(self, secrets: "FirstSecrets | None") -> None:
        self._untold = secrets
        if secrets is not None and not self._output.as_json:
            self._tell(lambda: typer.echo(_first_words(self._data, secrets)))

    def ready(self, urls: Sequence[str]) -> None:
        self._show(*urls)

    def last(self) -> None:
        if self._untold is not None:
            self._show(None, None)

    def _show(self, collector: str | None, console: str | None) -> None:
        document = {"collector": collector, "console": console, "first": self._untold}
        human = f"collector ready {collector}\nconsole ready {console}"
        self._tell(lambda: self._output.show(document, human))

    def _tell(self, say: Callable[[], None]) -> None:
        try:
            say()
            sys.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is left of it, and comes yet
            self._output.note(f"warning: {_UNTOLD}")
        self._untold = None


def _first_words(data: str, first: "FirstSecrets") -> str:
    lines = [f"New data directory {data} with workspace `default`. Shown only now:"]
    if first.secret:
        lines.append(f"  API key   {first.secret}")
    if first.password:
        lines += ["  user      admin", f"  password  {first.password}"]
    return "\n".join([*lines, ""])
