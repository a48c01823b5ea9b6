"""`bowerbird replay`"""

from typing import Annotated

import typer

from bowerbird.cli.engine import connect, wait
from bowerbird.cli.invocation import invocation
from bowerbird.cli.person import Yes, confirmed

app = typer.Typer(add_completion=False)


@app.command()
def replay(
    ctx: typer.Context,
    yes: Yes = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Return at once; only beside a running server.")] = False,
) -> None:
    """Rebuild state and warehouse from the log. Nothing is lost or counted twice; answers are incomplete meanwhile.

    \b
    Examples:
      bowerbird replay
      bowerbird replay --yes --no-wait
    """
    call = invocation(ctx)
    if not yes:
        confirmed(call.output.as_json, "Forget state and warehouse and rebuild them from the log?")
    with connect(call.settings()) as engine:
        events = int(engine.post("/replay").document["events"])
        if no_wait and engine.beside:
            call.output.show({"events": events, "pending": events}, f"{events} events are being replayed")
            return
        wait(engine, "replaying")
        pending = int(engine.ready()["lag"]["events"])
    left = f"; {pending} still wait: `bowerbird doctor` looks for the cause" if pending else ""
    call.output.show({"events": events, "pending": pending}, f"{events - pending} events are replayed{left}")
