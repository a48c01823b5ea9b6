"""`bowerbird user …`"""

import secrets
from typing import Annotated

import msgspec
import typer

from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import DEFAULT_WORKSPACE, InWorkspace, from_stdin
from bowerbird.cli.output import moment, table

app = typer.Typer(no_args_is_help=True, add_completion=False)

_ROLES = "owner (everything), analyst or viewer (only reads)."
UserName = Annotated[str, typer.Option(metavar="U", help="The name to log in with.")]
Password = Annotated[
    str | None,
    typer.Option(metavar="P", help="- reads it from stdin. Absent: a random one, shown once.", show_default=False),
]


@app.command()
def create(
    ctx: typer.Context,
    name: UserName,
    password: Password = None,
    role: Annotated[str, typer.Option(metavar="R", help=_ROLES)] = "owner",
    workspace: InWorkspace = DEFAULT_WORKSPACE,
) -> None:
    """Give somebody a name and a role; `bowerbird session create` then opens a session.

    \b
    Example:
      bowerbird user create --name ana --role analyst
    """
    call = invocation(ctx)
    chosen, made = _chosen(password)
    with call.registry() as registry:
        registry.users.create(name, chosen, role, workspace)
    call.output.show(
        {"name": name, "workspace": workspace, "role": role, **made},
        f"user {name} ({role} of workspace {workspace}) is there{_told(made)}",
    )


@app.command()
def password(ctx: typer.Context, name: UserName, password: Password = None) -> None:
    """Change a user's password, which also ends all of the user's sessions."""
    call = invocation(ctx)
    chosen, made = _chosen(password)
    with call.registry() as registry:
        registry.users.password(name, chosen)
    call.output.show({"name": name, **made}, f"the password of {name} is changed{_told(made)}")


@app.command()
def role(ctx: typer.Context, name: UserName, role: Annotated[str, typer.Option(metavar="R", help=_ROLES)]) -> None:
    """Give a user another role, also where the user is signed in."""
    call = invocation(ctx)
    with call.registry() as registry:
        registry.users.set_role(name, role)
    call.output.show({"name": name, "role": role}, f"user {name} is {role} now")


@app.command()
def remove(ctx: typer.Context, name: UserName) -> None:
    """Remove a user and end all of the user's sessions. The workspace keeps one owner at least."""
    call = invocation(ctx)
    with call.registry() as registry:
        registry.users.remove(name)
    call.output.show({"name": name}, f"user {name} is removed")


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """Show all users."""
    call = invocation(ctx)
    with call.registry() as registry:
        users = registry.users.all()
    rows = [(user.name, user.workspace, user.role, moment(user.created_at)) for user in users]
    call.output.show(
        {"users": [{**msgspec.structs.asdict(user), "created_at": moment(user.created_at)} for user in users]},
        table(
            ("name", "workspace", "role", "created"), rows, "no users yet; `bowerbird user create --name U` makes one"
        ),
    )


def _chosen(password: str | None) -> tuple[str, dict[str, str]]:
    """The password, and what has to be shown of it."""
    given = from_stdin(password)
    if given is not None:
        return given, {}
    made = secrets.token_urlsafe(12)
    return made, {"password": made}


def _told(made: dict[str, str]) -> str:
    return f"\npassword  {made['password']}\n  (kept nowhere: this is the only time it is shown)" if made else ""
