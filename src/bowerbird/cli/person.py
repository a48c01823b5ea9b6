"""`bowerbird person …`"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from bowerbird.cli.engine import Answer, EngineClient, connect
from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import OfWorkspace
from bowerbird.cli.output import table
from bowerbird.errors import BowerbirdError, ConflictError, NotFoundError

if TYPE_CHECKING:
    from rich.console import RenderableType

app = typer.Typer(no_args_is_help=True, add_completion=False)

PersonId = Annotated[str, typer.Argument(metavar="ID", help="A person id, or KIND=VALUE: email=ada@example.com.")]
_OPTIONS = ("workspace", "limit", "cursor", "begins_with", "kind")
"""Of the API: no kinds of identifiers."""
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def find(
    ctx: typer.Context,
    identifiers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KIND=VALUE]…", help="Identifiers the person carries, such as user_id=u_7; or how one begins."
        ),
    ] = None,
    workspace: OfWorkspace = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most people to show.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="The `next` of the page before.", show_default=False)] = None,
) -> None:
    """List people who carry all the identifiers given, or one that begins with the text given (3 characters or more);
    without any, the newest people.

    \b
    Examples:
      bowerbird person find email=ada@example.com
      bowerbird person find user_id=u_7 phone=+15550123
      bowerbird person find ada@
    """
    call = invocation(ctx)
    with connect(call.settings()) as engine:
        answer = engine.get("/people", workspace=workspace, limit=limit, cursor=cursor, **_wanted(identifiers or []))
    rows = [(one["person_id"], one["created_at"], _identifiers(one)) for one in answer.document["people"]]
    empty = "nobody carries these" if identifiers else "no people yet; they come with the first events that name them"
    call.output.show(answer.raw, table(("person", "since", "identifiers"), rows, empty))
    if answer.document["next"]:
        call.output.note(f"there are more: --cursor {answer.document['next']}")


@app.command()
def show(ctx: typer.Context, person_id: PersonId, workspace: OfWorkspace = None) -> None:
    """Show a person: identifiers, traits, accounts, merges, conflicts and the latest events."""
    call = invocation(ctx)
    with connect(call.settings()) as engine:
        answer = engine.get(f"/people/{_resolve(engine, person_id, workspace)}", workspace=workspace)
    call.output.show(answer.raw, _shown(answer.document))


@app.command()
def unmerge(ctx: typer.Context, person_id: PersonId, workspace: OfWorkspace = None) -> None:
    """Undo the latest merge of this person; both get their identifiers, events and traits back and stay apart."""
    call = invocation(ctx)
    with connect(call.settings()) as engine:
        answer = engine.post(f"/people/{_resolve(engine, person_id, workspace)}/unmerge", workspace=workspace)
    two = answer.document
    call.output.show(answer.raw, f"{two['absorbed']} is a person of its own again, apart from {two['survivor']}")


@app.command()
def erase(ctx: typer.Context, person_id: PersonId, workspace: OfWorkspace = None, yes: Yes = False) -> None:
    """Erase a person for good: identifiers, traits and the content of every event, in the log too."""
    call = invocation(ctx)
    with connect(call.settings()) as engine:
        person = _one(engine, person_id, workspace).document
        if not yes:
            confirmed(call.output.as_json, f"Erase {person['person_id']} ({_identifiers(person)}) for good?")
        answer = engine.delete(f"/people/{person['person_id']}", workspace=workspace)
    done = answer.document
    call.output.show(answer.raw, f"{done['person_id']} is erased, with {done['erased']} events")


@app.command()
def export(
    ctx: typer.Context,
    person_id: PersonId,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Default: stdout.")] = None,
    workspace: OfWorkspace = None,
) -> None:
    """Write everything that is held about a person as one JSON document.

    \b
    Examples:
      bowerbird person export email=ada@example.com ada.json
    """
    call = invocation(ctx)
    with connect(call.settings()) as engine:
        found = _resolve(engine, person_id, workspace)
        if file is None:
            answer = engine.get(f"/people/{found}/export", workspace=workspace)
            call.output.show(answer.raw, bytes(answer.raw).decode())
            return
        engine.download(f"/people/{found}/export", file, workspace=workspace)
    call.output.show({"person_id": found, "file": str(file)}, f"{found} is in {file}")


def confirmed(as_json: bool, question: str) -> None:
    """Asks; raises when the answer is no, or when nobody can be asked."""
    if as_json:
        raise ConflictError("this needs a yes", "Add --yes.")
    typer.confirm(question, abort=True)


def _one(engine: EngineClient, person_id: str, workspace: str | None) -> Answer:
    return engine.get(f"/people/{_resolve(engine, person_id, workspace)}", workspace=workspace, limit=1)


def _resolve(engine: EngineClient, person_id: str, workspace: str | None) -> str:
    """The person id, in a URL's form, that the argument names. Raises `NotFoundError`, `ConflictError`."""
    if "=" not in person_id:
        return quote(person_id, safe="")
    kind, value = _pair(person_id)
    people = engine.get("/people", workspace=workspace, **{kind: value}).document["people"]
    if not people:
        raise NotFoundError(f"nobody carries {person_id}", "`bowerbird person find` lists people.")
    if len(people) > 1:
        raise ConflictError(f"{len(people)} people carry {person_id}", "Give one's id; `person find` lists them.")
    return str(people[0]["person_id"])


def _wanted(identifiers: list[str]) -> dict[str, str]:
    """What to ask the API for."""
    match identifiers:
        case [text] if text and "=" not in text:
            return {"begins_with": text}
        case _:
            return dict(_pair(text) for text in identifiers)


def _pair(text: str) -> tuple[str, str]:
    kind, equals, value = text.partition("=")
    if not equals or not kind or kind in _OPTIONS:
        raise BowerbirdError(f"{text!r} is no identifier", "Write KIND=VALUE, such as email=ada@example.com.")
    return kind, value


def _shown(person: dict[str, Any]) -> "RenderableType":
    from rich.console import Group

    head = [f"person    {person['person_id']}", f"since     {person['created_at']}"]
    head += [f"accounts  {', '.join(person['accounts'])}"] if person["accounts"] else []
    head += [f"merged    {one['absorbed']} into {one['survivor']}{_undone(one)}" for one in person["merges"]]
    head += [
        f"conflict  {one['kind']} {one['value']} {one['resolution']}, apart from {one['other_id']}"
        for one in person["conflicts"]
    ]
    head += [_more(person, what) for what in ("merges", "conflicts") if len(person[what]) < person[f"{what}_total"]]
    identifiers = [(one["kind"], one["value"], one["since"]) for one in person["identifiers"]]
    events = [(one["occurred_at"], one["dialect"], one["name"], one["value"]) for one in person["timeline"]["events"]]
    return Group(
        "\n".join(head),
        "",
        table(("identifier", "value", "since"), identifiers, "no identifiers"),
        "",
        table(("trait", "value"), person["traits"].items(), "no traits"),
        "",
        table(("latest events", "dialect", "name", "value"), events, "no events"),
    )


def _more(person: dict[str, Any], what: str) -> str:
    return f"{what:<10}these are the latest {len(person[what])} of {person[f'{what}_total']}; `person export` has all"


def _undone(merge: dict[str, Any]) -> str:
    return f", undone {merge['undone_at']}" if merge["undone_at"] else f", {merge['merged_at']}"


def _identifiers(person: dict[str, Any]) -> str:
    return ", ".join(f"{one['kind']}={one['value']}" for one in person["identifiers"]) or "no identifiers"
