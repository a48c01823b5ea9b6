"""`bowerbird import`"""

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, cast

import msgspec
import typer

from bowerbird.cli.invocation import invocation
from bowerbird.cli.options import DEFAULT_WORKSPACE, InWorkspace
from bowerbird.cli.progress import Progress, progress
from bowerbird.errors import BowerbirdError, ConflictError, NotFoundError

if TYPE_CHECKING:
    from bowerbird.collector.importing import Importer, ImportParts, Line
    from bowerbird.refusals import Refused
    from bowerbird.settings import Settings

app = typer.Typer(add_completion=False)

_CHUNK = 1 << 16


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="May end in .gz.")],
    *,
    dialect: Annotated[str, typer.Option("--dialect", "-d", metavar="D", help="scribe, klaviyo, flywheel, …")],
    workspace: InWorkspace = DEFAULT_WORKSPACE,
    revision: Annotated[str, typer.Option(help="Klaviyo's `revision` header.")] = "2023-01-24",
    refused: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where refused lines go.  [default: FILE.refused.ndjson]")
    ] = None,
) -> None:
    """Take in a file of request bodies, one JSON document a line, as if each had been sent to that vendor's API.

    Lines that the vendor would refuse are written to a file with number and reason; they do not stop the others.
    Beside a running server or without one. An occurrence that names itself (event_id, unique_id, …) is counted once
    however often the file is imported.

    \b
    Examples:
      bowerbird import events.ndjson --dialect scribe
      bowerbird import 2024.ndjson.gz --dialect klaviyo --workspace acme --revision 2024-02-15
    """
    call = invocation(ctx)
    settings = call.settings()
    rejects = refused or file.with_name(f"{file.name}.refused.ndjson")
    _check(rejects, file)
    with progress(not call.output.as_json, "importing", file.stat().st_size) as bar:
        importer = _run(settings, (dialect, workspace, revision), file, (rejects, bar))
    totals = importer.totals
    document = {**msgspec.structs.asdict(totals), "refused_file": str(rejects) if totals.refused else None}
    call.output.show(document, f"{totals.events} events of {totals.lines} lines are in the log")
    if totals.refused:
        lines = "1 line was" if totals.refused == 1 else f"{totals.refused} lines were"
        call.output.note(f"warning: {lines} refused; {rejects} says why")
        if totals.refused == totals.lines:
            raise typer.Exit(1)
    elif not totals.lines:
        call.output.note(f"{file} holds no lines")


def _run(settings: "Settings", what: tuple[str, str, str], file: Path, out: tuple[Path, Progress]) -> "Importer":
    import asyncio

    from bowerbird.wiring.collector import open_import

    rejects, bar = out

    async def run() -> "Importer":
        async with open_import(settings) as parts:
            importer = _importer(parts, *what)
            try:
                with _refusals(rejects) as refuse:
                    await importer.run(_lines(file, settings.body_limit, bar), refuse)
            except BowerbirdError as error:
                error.hint = f"{_reached(importer)} {error.hint}"
                raise
            except OSError as error:
                raise BowerbirdError(str(error), _reached(importer)) from error
            return importer

    return asyncio.run(run())


def _check(rejects: Path, file: Path) -> None:
    if rejects.exists() and rejects.samefile(file):
        raise BowerbirdError(f"{rejects} is the file to be read", "Give another name with --refused.")
    if not rejects.parent.is_dir():
        raise NotFoundError(f"there is no directory {rejects.parent}", "Refused lines go there: make it first.")


def _reached(importer: "Importer") -> str:
    totals = importer.totals
    return f"{totals.events} events of the first {totals.lines} lines are in the log."


def _importer(parts: "ImportParts", name: str, workspace: str, revision: str) -> "Importer":
    from bowerbird.collector.importing import KEY_ID, Importer
    from bowerbird.registry.base import Principal

    dialect = next((one for one in parts.dialects if one.name == name), None)
    if dialect is None:
        known = ", ".join(one.name for one in parts.dialects)
        raise BowerbirdError(f"no dialect {name!r}", f"One of: {known}.")
    home = parts.snapshot.workspace(workspace)
    if home is None:
        raise NotFoundError(f"there is no workspace {workspace}", f"`bowerbird workspace create {workspace}` makes it.")
    if not home.settings.event_tracking:
        hint = f"`bowerbird workspace set {workspace} event_tracking=on` turns it on."
        raise ConflictError(f"event tracking is off in workspace {workspace}", hint)
    return Importer(parts, dialect, Principal(home, KEY_ID, frozenset({"events:write"})), revision)


def _lines(file: Path, longest: int, bar: Progress) -> Iterator["Line"]:
    """The file's lines; one that is longer than `longest` bytes is read over in pieces."""
    from bowerbird.collector.importing import Line

    with file.open("rb") as raw, _decompressed(file, raw) as content:
        number = 0
        while piece := content.readline(longest + 1):
            number += 1
            if number == 1:
                piece = piece.removeprefix(codecs.BOM_UTF8)
            whole = len(piece) <= longest or piece.endswith(b"\n")
            rest = piece
            while not rest.endswith(b"\n") and (more := content.readline(_CHUNK)):
                rest = more
            yield Line(number, piece if whole else None)
            bar.reach(raw.tell())


@contextmanager
def _decompressed(file: Path, raw: IO[bytes]) -> Iterator[IO[bytes]]:
    if file.suffix != ".gz":
        yield raw
        return
    import gzip
    import zlib

    try:
        with gzip.open(raw) as content:
            yield cast("IO[bytes]", content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        hint = "Mend the file and import it again; what names itself is counted once."
        raise BowerbirdError(f"{file} does not decompress: {error}", hint) from error


@contextmanager
def _refusals(target: Path) -> Iterator[Callable[["Line", "Refused"], None]]:
    """Writes refused lines to `target`, which appears with the first of them."""
    from bowerbird.collector.importing import why

    target.unlink(missing_ok=True)
    with open_late(target) as write:

        def refuse(line: "Line", refused: "Refused") -> None:
            text = None if line.body is None else line.body.decode("utf-8", "replace").rstrip("\r\n")
            write({"line": line.number, "reason": refused.reason.value, "why": why(refused), "body": text})

        yield refuse


@contextmanager
def open_late(target: Path) -> Iterator[Callable[[object], None]]:
    """Appends documents to an NDJSON file that is made for the first of them."""
    file: IO[bytes] | None = None

    def write(document: object) -> None:
        nonlocal file
        file = file or target.open("wb")
        file.write(msgspec.json.encode(document) + b"\n")

    try:
        yield write
    finally:
        if file is not None:
            file.close()
