"""`bowerbird session …`"""

from typing import Annotated

import typer

from bowerbird.cli.invocation import invocation
from bowerbird.cli.output import moment

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def session() -> None:
    """Sessions of users, such as Octeth's SessionID."""


@app.command()
def create(ctx: typer.Context, user: Annotated[str, typer.Option(metavar="U", help="As in `user list`.")]) -> None:
    """Open a session for a user without a password; it lasts 30 days.

    \b
    Example:
      bowerbird session create --user admin
    """
    call = invocation(ctx)
    with call.registry() as registry:
        made = registry.users.open_session(user)
    until = moment(made.expires_at)
    call.output.show(
        {"session_id": made.secret, "user": user, "workspace": made.workspace, "expires_at": until},
        f"session  {made.secret}\nuntil    {until}",
    )
