"""How a verb asks the engine: over HTTP where it runs, otherwise in this process, in the same words."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, sleep
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import msgspec

from bowerbird.cli.progress import progress
from bowerbird.errors import BowerbirdError, ConflictError, DataDirectoryBusyError, NotFoundError

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI

    from bowerbird.settings import Settings

API = "/api/v1"
STDOUT = Path("/dev/stdout")
_INTERVAL = 0.05
_STILL = 10.0
"""Seconds without progress until `wait` gives up."""
_STARTING = 15.0
"""Seconds that an engine has to come up and say that it is alive."""
_PATIENCE = 600.0
"""Seconds until an answer is given up: an erasure or an export of a large directory takes its time."""


class Answer(NamedTuple):
    raw: msgspec.Raw
    """As it came: numbers keep all their digits when it is shown as JSON."""
    document: Any


class EngineClient:
    """Speaks the JSON API. Every method raises `BowerbirdError` with the API's own message and hint."""

    def __init__(self, http: "httpx.Client", beside: bool) -> None:
        self._http = http
        self.beside = beside
        """Whether this asks a running engine."""

    def get(self, path: str, **query: Any) -> Answer:
        return self._ask("GET", path, query)

    def post(self, path: str, body: Any = None, **query: Any) -> Answer:
        return self._ask("POST", path, query, body)

    def delete(self, path: str, **query: Any) -> Answer:
        return self._ask("DELETE", path, query)

    def download(self, path: str, target: Path, **query: Any) -> dict[str, str]:
        """Writes the answer to the file, which appears when it is complete; what is no file, such as a pipe, gets it
        as it comes, and so does `STDOUT`. Returns the answer's headers."""
        with self._http.stream("GET", API + path, params=_given(query)) as response:
            if response.is_error:
                response.read()
                raise _failure(response)
            with _opened(target) as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)
            return dict(response.headers)

    def ready(self) -> dict[str, Any]:
        """What `/readyz` says."""
        document: dict[str, Any] = self._answer(self._http.get("/readyz")).document
        return document

    def _ask(self, method: str, path: str, query: dict[str, Any], body: Any = None) -> Answer:
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        response = self._http.request(method, API + path, params=_given(query), content=content, headers=headers)
        return self._answer(response)

    def _answer(self, response: "httpx.Response") -> Answer:
        if response.is_error:
            raise _failure(response)
        return Answer(msgspec.Raw(response.content), msgspec.json.decode(response.content))


@contextmanager
def connect(settings: "Settings", *, catch_up: bool = True, patience: float | None = None) -> Iterator[EngineClient]:
    """The engine of the data directory. Where none runs, what waits in the log is processed first, so that answers
    are whole, unless `catch_up` is off. Raises `NotFoundError` when there is no such directory, `LogDamagedError` when
    catching up would begin beside a log that has lost what was processed, `BowerbirdError` when the engine of a server
    is not alive within so many seconds of `patience`."""
    import httpx

    from bowerbird.console.control import control_token

    if not settings.data.is_dir():
        hint = "Name it with --data or BOWERBIRD_DATA; `bowerbird serve` makes a new one."
        raise NotFoundError(f"there is no data directory {settings.data}", hint)
    patience = _STARTING if patience is None else patience
    url = None
    try:
        with ExitStack() as held, _address(settings, held, patience, whole=catch_up) as (url, transport):
            token = control_token(settings.data)
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(
                base_url=url, transport=transport, headers=headers, timeout=_PATIENCE, trust_env=False
            ) as http:
                client = EngineClient(http, transport is None)
                if client.beside:
                    http.get("/healthz", timeout=patience)
                elif catch_up:
                    wait(client, "processing")
                yield client
    except httpx.TransportError as error:
        hint = "It may be starting, stopping or hanging; try again, and see its output."
        raise BowerbirdError(f"the engine at {url or 'this process'} does not answer: {error}", hint) from error


def wait(engine: EngineClient, label: str) -> None:
    """Returns when nothing is pending, or when nothing has moved for a while: then asking again would not help.
    Shows a bar meanwhile."""
    left = total = int(engine.ready()["lag"]["events"])
    patience = _STILL
    with progress(bool(total), label, total) as bar:
        while left and patience > 0:
            sleep(_INTERVAL)
            now = int(engine.ready()["lag"]["events"])
            patience = _STILL if now < left else patience - _INTERVAL
            left = now
            bar.reach(total - left)


@contextmanager
def _address(
    settings: "Settings", held: ExitStack, patience: float, *, whole: bool
) -> Iterator[tuple[str, "httpx.BaseTransport | None"]]:
    url = _running(settings.data, held, patience)
    if url is not None:
        yield url, None
        return
    import httpx

    from bowerbird.wiring.engine import local_console

    with local_console(settings, whole=whole) as app, _served(app) as socket:
        yield "http://engine", httpx.HTTPTransport(uds=str(socket))


def _running(data: Path, held: ExitStack, patience: float) -> str | None:
    """Where the engine answers. None when the directory is nobody's: then it is ours until `held` closes."""
    from bowerbird.console.control import running
    from bowerbird.service.ownership import Ownership, owner_of

    deadline = monotonic() + patience
    while (url := running(data)) is None:
        try:
            held.enter_context(Ownership(data, _verb(), patience=0))
            return None
        except DataDirectoryBusyError:
            owner = owner_of(data)
            if monotonic() > deadline:
                if owner is None or owner.verb:
                    raise
                hint = "Try again; the server's output says what it does."
                said = f"the server of {data}, process {owner.pid}, is starting its engine or ending"
                raise DataDirectoryBusyError(said, hint) from None
            sleep(_INTERVAL)
    return url


def _verb() -> str:
    from bowerbird.cli.main import VERBS

    return next((argument for argument in sys.argv if argument in VERBS), "VERB")


@contextmanager
def _served(app: "FastAPI") -> Iterator[Path]:
    """The app behind a socket that only this user reaches."""
    import uvicorn

    with TemporaryDirectory(prefix="bowerbird-") as folder:
        socket = Path(folder) / "engine"
        server = uvicorn.Server(uvicorn.Config(app, uds=str(socket), log_config=None, access_log=False))
        thread = Thread(target=server.run, name="engine", daemon=True)
        thread.start()
        try:
            while not server.started:
                if not thread.is_alive():
                    raise DataDirectoryBusyError("the engine did not start in this process")
                sleep(0.005)
            yield socket
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _opened(target: Path) -> Iterator[IO[bytes]]:
    """Where to write what the file is to hold once the block has ended well."""
    if target == STDOUT:
        with os.fdopen(os.dup(1), "wb") as stdout:  # the file behind it may be somebody's who writes before and after
            yield stdout
        return
    if target.is_dir():
        raise ConflictError(f"{target} is a directory", "Name a file in it.")
    if target.exists() and not target.is_file():
        with target.open("wb") as pipe:
            yield pipe
        return
    target = target.resolve()
    if not target.parent.is_dir():
        raise NotFoundError(f"there is no directory {target.parent}", "Make it, or choose another file.")
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _given(query: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def _failure(response: "httpx.Response") -> BowerbirdError:
    try:
        error = msgspec.json.decode(response.content)["error"]
        return BowerbirdError(str(error["message"]), str(error["hint"]))
    except (msgspec.DecodeError, KeyError, TypeError):
        hint = "Is another program listening there?"
        return BowerbirdError(f"the engine at {response.url} answered {response.status_code}", hint)
