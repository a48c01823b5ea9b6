"""`bowerbird audit`"""

from typing import TYPE_CHECKING, Any

import typer

from bowerbird.cli.engine import connect
from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import OfWorkspace
from bowerbird.cli.output import table

if TYPE_CHECKING:
    from rich.console import RenderableType

app = typer.Typer(add_completion=False)

_PLACES = ("stored", "duplicate", "identify_only", "quarantined", "erased", "pending")


@app.command()
def audit(ctx: typer.Context, workspace: OfWorkspace = None) -> None:
    """Show where every accepted event is, and exit 1 when one is missing.

    Counted from what is on disk: accepted = stored + duplicate + identify_only + quarantined + erased + pending.

    \b
    Examples:
      bowerbird audit
      bowerbird audit --workspace acme --json
    """
    call = invocation(ctx)
    with connect(call.settings()) as engine:
        answer = engine.get("/audit", workspace=workspace)
    call.output.show(answer.raw, _shown(answer.document))
    if not answer.document["balanced"]:
        raise typer.Exit(1)


def _shown(document: dict[str, Any]) -> "RenderableType":
    from rich.console import Group

    if not document["accepted"] and document["balanced"]:
        return "no events yet; `bowerbird serve` takes them, `bowerbird import` reads them from a file"
    parts: list[RenderableType] = []
    for name, workspace in document["workspaces"].items():
        parts += [f"workspace {name}", _by_dialect(workspace), ""]
    return Group(*parts, _line(document))


def _by_dialect(workspace: dict[str, Any]) -> "RenderableType":
    verdict = () if workspace["balanced"] else ("",)
    rows = [
        (dialect, counts["accepted"], *(counts[place] for place in _PLACES), *(_verdict(counts) for _ in verdict))
        for dialect, counts in workspace["dialects"].items()
    ]
    return table(("dialect", "accepted", *_PLACES, *verdict), rows, "no events")


def _line(document: dict[str, Any]) -> str:
    """The balance in one line."""
    places = " + ".join(f"{document[place]} {place}" for place in _PLACES)
    difference = document["accepted"] - sum(document[place] for place in _PLACES)
    sign = "=" if not difference else "≠"
    line = f"{document['accepted']} accepted {sign} {places}"
    if document["balanced"]:
        return f"{line}: balanced"
    return f"{line}: NOT balanced ({difference:+d})\n{advice(document)}"


def advice(document: dict[str, Any]) -> str:
    """What to do about a balance that is none."""
    pairs = [pair for workspace in document["workspaces"].values() for pair in workspace["dialects"].values()]
    if any(pair["accepted"] < sum(pair[place] for place in _PLACES) for pair in pairs):
        return "The log has lost events that are stored: restore it from a backup, and do not replay."
    return "`bowerbird replay` rebuilds from the log."


def _verdict(counts: dict[str, Any]) -> str:
    return "" if counts["balanced"] else "NOT balanced"
