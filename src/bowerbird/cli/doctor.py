"""`bowerbird doctor`"""

from typing import TYPE_CHECKING

import msgspec
import typer

from bowerbird.cli.invocation import invocation
from bowerbird.cli.output import table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.cli.checks import Finding

app = typer.Typer(add_completion=False)


@app.command()
def doctor(ctx: typer.Context) -> None:
    """Look for what is wrong, or will be: disk, versions, permissions, clock, ports, lag and balance.

    Exits 1 when something must be mended.
    """
    from bowerbird.cli.checks import examine

    call = invocation(ctx)
    findings = examine(call.settings())
    healthy = all(finding.status != "FAIL" for finding in findings)
    document = {"healthy": healthy, "checks": [msgspec.structs.asdict(finding) for finding in findings]}
    call.output.show(document, _shown(findings))
    if not healthy:
        raise typer.Exit(1)


def _shown(findings: "list[Finding]") -> "RenderableType":
    rows = [(finding.status, finding.check, finding.text, finding.advice) for finding in findings]
    return table(("", "check", "found", "what to do"), rows, "")
