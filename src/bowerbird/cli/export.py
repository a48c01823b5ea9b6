"""`bowerbird export`"""

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli.engine import STDOUT, connect
from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import OfWorkspace
from bowerbird.errors import BowerbirdError

app = typer.Typer(add_completion=False)

_BY_SUFFIX = {".parquet": "parquet", ".ndjson": "ndjson", ".jsonl": "ndjson"}


@app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written whole, or not at all; - is stdout.")],
    form: Annotated[
        str | None, typer.Option("--format", metavar="F", help="parquet or ndjson; default: by FILE's suffix.")
    ] = None,
    workspace: OfWorkspace = None,
    as_it_is: Annotated[
        bool, typer.Option("--as-it-is", help="Without processing what waits, also beside a damaged log.")
    ] = False,
) -> None:
    """Write all stored events of a workspace to a file.

    \b
    Examples:
      bowerbird export events.parquet
      bowerbird export events.ndjson --workspace acme
    """
    call = invocation(ctx)
    chosen = form or _BY_SUFFIX.get(file.suffix.lower())
    if chosen not in ("parquet", "ndjson"):
        raise BowerbirdError(f"no such format: {chosen or file.name}", "Add --format parquet or --format ndjson.")
    target = STDOUT if str(file) == "-" else file
    with connect(call.settings(), catch_up=not as_it_is) as engine:
        headers = engine.download("/export", target, format=chosen, workspace=workspace)
    events = int(headers["bowerbird-events"])
    empty = "" if events else "; `bowerbird audit` says whether events are pending"
    if target == STDOUT:
        call.output.note(f"{events} events ({chosen}){empty}")
        return
    call.output.show(
        {"file": str(file), "format": chosen, "events": events}, f"{events} events are in {file} ({chosen}){empty}"
    )
