"""`bowerbird demo`"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from bowerbird.cli.engine import connect, wait
from bowerbird.cli.invocation import Invocation, invocation
from bowerbird.cli.output import table
from bowerbird.cli.progress import progress
from bowerbird.errors import BowerbirdError, NotFoundError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.demo.sending import Sent
    from bowerbird.registry.operators import OperatedRegistry

app = typer.Typer(add_completion=False)

WORKSPACE = "demo"
LIST = "Demo newsletter"
_OWN_SETTINGS = ("klaviyo.burst=off", "klaviyo.steady=off")
"""The demo's own workspace is in a hurry; any other keeps its limits, and the demo waits as it is told."""


class Target(NamedTuple):
    """Where to send, and as whom."""

    url: str
    key: str
    list_id: str
    console: str
    """Empty for a server that is not this machine's."""


@app.command()
def demo(
    ctx: typer.Context,
    *,
    events: Annotated[int, typer.Option(min=1, metavar="N", help="Requests to send.")] = 20_000,
    days: Annotated[float, typer.Option(min=0.01, max=365, help="How far back the traffic begins.")] = 1,
    seed: Annotated[int | None, typer.Option(min=0, help="The same people again. [default: new ones]")] = None,
    workspace: Annotated[
        str, typer.Option("--workspace", "-w", metavar="W", help="Where the traffic goes.")
    ] = WORKSPACE,
    url: Annotated[str | None, typer.Option(help="A collector elsewhere; needs --key and --list.")] = None,
    key: Annotated[str | None, typer.Option(help="Its API key, with scope events:write.")] = None,
    list_id: Annotated[str | None, typer.Option("--list", metavar="ID", help="Its ListID, for Octeth.")] = None,
) -> None:
    """Send a day of plausible traffic through all five dialects, over HTTP, into the running server.

    Made-up people visit, sign up, look at products, buy and subscribe; some requests are repeated, as clients do.
    Scribe and Octeth have no field for the time: their events happen now.

    \b
    Examples:
      bowerbird demo
      bowerbird demo --events 200000 --days 30 --seed 7
    """
    import secrets
    from time import monotonic

    call = invocation(ctx)
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    elsewhere = Target(url, key, list_id, "") if url and key and list_id else None
    if elsewhere is None and (url or key or list_id):
        raise BowerbirdError("--url, --key and --list belong together", "Give all three, or none for this machine.")
    with _here(call, workspace) if elsewhere is None else _there(elsewhere) as target:
        started = monotonic()
        sent = _send(target, (events, days, chosen), not call.output.as_json)
        seconds = monotonic() - started
    audit = None if elsewhere else _audit(call, workspace)
    document = _document(sent, seconds, target) | {
        "seed": chosen,
        "workspace": workspace if audit else None,
        "audit": audit,
    }
    call.output.show(document, _shown(document, str(call.settings().data)))
    if sent.refused:
        call.output.note(f"warning: {sent.refused.total()} requests were refused, first {sent.first_refusal}")
        raise typer.Exit(1)


@contextmanager
def _here(call: Invocation, workspace: str) -> Iterator[Target]:
    """The running server of the data directory, with a key that is good for as long as the block lasts."""
    from bowerbird.service.ownership import owner_of

    data = call.settings().data
    owner = owner_of(data)
    if owner is None or not owner.collector:
        raise NotFoundError(
            f"no server is running on {data}",
            f"Start one in another terminal: `bowerbird serve --data {data}`. Or name one: --url, --key and --list.",
        )
    with call.registry() as registry:
        list_id = _prepared(registry, workspace)
        key, secret = registry.keys.create(workspace, ["events:write"], label="bowerbird demo")
        try:
            yield Target(owner.collector, secret, list_id, owner.console)
        finally:
            registry.keys.revoke(key.id)


@contextmanager
def _there(target: Target) -> Iterator[Target]:
    yield target


def _prepared(registry: "OperatedRegistry", name: str) -> str:
    """The list in the workspace; both are made where they are missing, if the workspace is the demo's own."""
    try:
        workspace = registry.workspaces.get(name)
    except NotFoundError:
        if name != WORKSPACE:
            raise
        workspace = registry.workspaces.create(name, _OWN_SETTINGS)
    known = next((list_id for list_id, called in workspace.lists.items() if called == LIST), None)
    return known or registry.workspaces.add_list(name, LIST)


def _send(target: Target, plan: tuple[int, float, int], wanted: bool) -> "Sent":
    from bowerbird.clock import SystemClock
    from bowerbird.demo.journeys import first, journeys
    from bowerbird.demo.sending import Crowd
    from bowerbird.demo.vendors import Sender

    requests, days, seed = plan
    traffic = first(requests, journeys(seed, SystemClock().now(), days))
    crowd = Crowd(target.url, Sender(target.key, target.list_id), traffic)
    with progress(wanted, "sending", requests) as bar:
        crowd.start()
        try:
            while not crowd.join(0.1):
                bar.reach(crowd.sent.done)
        finally:
            crowd.stop()
    return crowd.sent


def _document(sent: "Sent", seconds: float, target: Target) -> dict[str, Any]:
    return {
        "requests": sent.done,
        "people": sent.people,
        "seconds": round(seconds, 3),
        "accepted": dict(sent.accepted),
        "repeats": dict(sent.repeats),
        "refused": dict(sent.refused),
        "first_refusal": sent.first_refusal or None,
        "waits": sent.waits,
        "collector": target.url,
        "console": target.console or None,
    }


def _audit(call: Invocation, workspace: str) -> dict[str, Any]:
    """Where the workspace's events are, once they are processed."""
    with connect(call.settings()) as engine:
        wait(engine, "processing")
        audit: dict[str, Any] = engine.get("/audit", workspace=workspace).document
    return audit


def _shown(done: dict[str, Any], data: str) -> "RenderableType":
    from rich.console import Group

    speed = done["requests"] / max(done["seconds"], 0.001)
    head = (
        f"{done['requests']:,} requests by {done['people']:,} people in {done['seconds']:.1f} s: {speed:,.0f} a second"
    )
    rows = [
        (dialect, f"{count:,}", f"{done['repeats'].get(dialect, 0):,}", f"{done['refused'].get(dialect, 0):,}")
        for dialect, count in sorted((done["refused"] | done["accepted"]).items())
    ]
    sent = table(("dialect", "accepted", "repeats", "refused"), rows, "nothing was sent")
    return Group(head, "", sent, "", *_what_next(done, data))


def _what_next(done: dict[str, Any], data: str) -> list[str]:
    audit = done["audit"]
    if audit is None:
        return [f"The same people again: --seed {done['seed']}"]
    of = f" --workspace {done['workspace']} --data {data}"
    counts = ", ".join(f"{audit[name]:,} {name}" for name in ("stored", "duplicate", "identify_only", "pending"))
    return [
        f"Workspace {done['workspace']} now: {audit['accepted']:,} accepted, of which {counts}.",
        "",
        "What next:",
        f"  bowerbird person find{of}",
        f"  bowerbird audit{of}",
        f"  KEY=$(bowerbird key create{of} --scope events:read --json | grep -o 'bb_[^\"]*')",
        f"  curl -H \"Authorization: Bearer $KEY\" '{done['console']}/api/v1/events?limit=3'",
        f"  bowerbird user create{of} --name {done['workspace']} --role owner",
        f"  {done['console']} in a browser, signed in as that user: others see other workspaces",
        f"  bowerbird demo --seed {done['seed']}  # the same people once more",
    ]
