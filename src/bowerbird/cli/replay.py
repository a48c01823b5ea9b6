"""`bowerbird replay`"""

from time import sleep
from typing import Annotated

import typer

from bowerbird.cli.engine import EngineClient, connect
from bowerbird.cli.invocation import invocation
from bowerbird.cli.person import Yes, confirmed
from bowerbird.cli.progress import Progress, progress

app = typer.Typer(add_completion=False)

_INTERVAL = 0.25


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
        with progress(not call.output.as_json, "replaying", events) as bar:
            _wait(engine, events, bar)
    call.output.show({"events": events, "pending": 0}, f"{events} events are replayed")


def _wait(engine: EngineClient, events: int, bar: Progress) -> None:
    while pending := int(engine.ready()["lag"]["events"]):
        bar.reach(events - pending)
        sleep(_INTERVAL)
    bar.reach(events)
