"""A real `bowerbird serve` in processes of its own, real HTTP clients, and the command line beside it."""

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from bowerbird.cli.main import app

START_SECONDS = 60
WORKERS = 2


class Ran(NamedTuple):
    """What a verb printed with `--json`."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return msgspec.json.decode(self.out)


class Server:
    """`bowerbird serve` on free ports of a data directory."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.lines: list[str] = []
        """What the last start printed until both ports were ready."""
        self.key = ""
        """The first key, which may do everything in workspace `default`."""
        self.url = self.console = ""
        self.process: subprocess.Popen[bytes] | None = None
        self._ports = (0, 0)

    @property
    def errors(self) -> str:
        """All that the processes said on stderr, over all starts."""
        return self.data.with_suffix(".stderr").read_text()

    def start(self) -> "Server":
        """Serves on the ports of the start before, if there was one. Returns when both are ready."""
        printed = self.data.with_suffix(".stdout")
        with printed.open("wb") as stdout, self.data.with_suffix(".stderr").open("ab") as stderr:
            self.process = subprocess.Popen(
                self.command(*self._ports), stdout=stdout, stderr=stderr, start_new_session=True
            )
        until(lambda: self.process.poll() is not None or "\nconsole ready" in printed.read_text(), START_SECONDS)
        assert self.process.poll() is None, self.errors
        self.lines = printed.read_text().splitlines()
        said = "\n".join(self.lines)
        self.key = self.key or re.findall(r"API key +(\S+)", said)[0]
        self.url = re.findall(r"^collector ready (http://\S+)$", said, re.MULTILINE)[0]
        self.console = re.findall(r"^console ready (http://\S+)$", said, re.MULTILINE)[0]
        self._ports = (httpx.URL(self.url).port or 0, httpx.URL(self.console).port or 0)
        return self

    def command(self, port: int = 0, console_port: int = 0) -> list[str]:
        options = ("--port", str(port), "--console-port", str(console_port), "--workers", str(WORKERS))
        return [sys.executable, "-m", "bowerbird", "serve", "--data", str(self.data), *options]

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.join()

    def join(self, seconds: float = START_SECONDS) -> int:
        assert self.process is not None
        code = self.process.wait(seconds)
        self.process = None
        return code

    def pids(self, role: str) -> list[int]:
        """The live processes of this server: `serve`, `engine` or `collector`."""
        assert self.process is not None
        if role == "serve":
            return [self.process.pid]
        return [pid for pid in children(self.process.pid) if role in arguments(pid)]

    def kill(self, *roles: str) -> None:
        """SIGKILL for all processes of these roles, the parent first."""
        for pid in [pid for role in roles for pid in self.pids(role)]:
            self.kill_one(pid)
        if "serve" in roles:
            self.join()

    def kill_one(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def run(self, *line: str) -> Ran:
        """A verb of the command line on this data directory, in this process, with `--json`."""
        result = CliRunner().invoke(app, ["--data", str(self.data), "--json", *line], prog_name="bowerbird")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def call(self, *line: str) -> Any:
        """The document of a verb that must succeed."""
        ran = self.run(*line)
        assert ran.code == 0, (line, ran.err)
        return ran.document


class Api:
    """The JSON API as one key sees it."""

    def __init__(self, server: Server, secret: str) -> None:
        self.http = httpx.Client(
            base_url=server.console, headers={"Authorization": f"Bearer {secret}"}, timeout=60, trust_env=False
        )

    def get(self, path: str, **query: Any) -> Any:
        """The document that is answered; anything but a success fails the test."""
        answer = self.http.get(f"/api/v1{path}", params=query)
        assert answer.is_success, answer.text
        return answer.json()

    def events(self, **query: Any) -> list[dict[str, Any]]:
        """All events of all pages, newest first, once everything accepted so far is processed."""
        self.settled()
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next": None}
        while not found or page["next"]:
            after = {"cursor": page["next"]} if page["next"] else {}
            page = self.get("/events", limit=1000, **query, **after)
            found += page["events"]
            if not page["events"]:
                break
        return found

    def settled(self) -> dict[str, Any]:
        """The audit, once nothing is pending. It must balance."""
        audit: dict[str, Any] = {}

        def done() -> bool:
            audit.update(self.get("/audit"))
            return audit["pending"] == 0

        until(done, 60)
        assert audit["balanced"], audit
        return audit


class Vendor(NamedTuple):
    """How a vendor's client shows its key to its event call. `body` is a plain event of that vendor."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    accepted: int


def vendors(key: str, mark: str = "mark", list_id: str = "94") -> dict[str, Vendor]:
    """One event in each dialect, which carries `mark` in a property of that name."""
    json = {"Content-Type": "application/json"}
    person, properties = f"{mark}@example.com", {"mark": mark}
    profile = {"profile": {"$email": person}, "metric": {"name": "Marked"}, "properties": properties}
    return {
        "scribe": Vendor(
            "/v1/analytics/events",
            json | {"Authorization": f"Bearer {key}"},
            {"event": {"name": "marked", "user_id": mark, "properties": properties}},
            202,
        ),
        "klaviyo": Vendor(
            "/api/events/",
            json | {"Authorization": f"Klaviyo-API-Key {key}", "revision": "2023-01-24"},
            {"data": {"type": "event", "attributes": profile}},
            202,
        ),
        "flywheel": Vendor(
            "/v1/events",
            json | {"Authorization": key, "Auth-Type": "api"},
            {"event": {"event": "marked", "user_id": mark, "properties": properties}},
            200,
        ),
        "successeve": Vendor(
            f"/v1/track/event?api_token={key}",
            json,
            {"contact_uid": mark, "event_uid": "marked", "params": properties},
            200,
        ),
        "octeth": Vendor(
            "/api/v1/event",
            json,
            {
                "APIKey": key,
                "ListID": list_id,
                "ID": mark,
                "Event": "marked",
                "Email": person,
                "Properties": properties,
            },
            200,
        ),
    }


class Workspace(NamedTuple):
    """A workspace of its own on a server that tests share. Its key may do everything in it."""

    server: Server
    name: str
    key: str
    api: Api


def until(holds: Callable[[], Any], seconds: float = 20) -> float:
    """Waits for it, and returns how long that took; fails when time is up."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds, "waited in vain"
        time.sleep(0.02)
    return time.monotonic() - start


class Lines:
    """A kept-alive connection to each collector of a server, so that a test hears every one of them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.by_collector: dict[int, HTTPConnection] = {}
        self._open()

    def _open(self) -> None:
        self.close()
        address = httpx.URL(self.server.url)
        collectors = set(self.server.pids("collector"))
        spare: list[HTTPConnection] = []
        while len(self.by_collector) < len(collectors) and len(spare) < 1000:
            line = HTTPConnection(address.host, address.port or 0, timeout=60)
            status_of(line, "GET", "/healthz")
            at_other_end = owner((address.port or 0, line.sock.getsockname()[1]), collectors)
            if self.by_collector.setdefault(at_other_end, line) is not line:
                spare.append(line)
        for line in spare:
            line.close()
        assert self.by_collector.keys() == collectors

    def all(self) -> list[HTTPConnection]:
        """One to each collector. They are opened anew when they have been idle for longer than a server waits."""
        try:
            for line in self.by_collector.values():
                line.auto_open = 0
                status_of(line, "GET", "/healthz")
        except (HTTPException, OSError):
            self._open()
        return list(self.by_collector.values())

    def statuses(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> set[int]:
        """What the collectors answer, each asked once."""
        return {status_of(line, method, path, headers, body) for line in self.all()}

    def close(self) -> None:
        for line in self.by_collector.values():
            line.close()
        self.by_collector.clear()


def status_of(
    line: HTTPConnection, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> int:
    line.request(method, path, body or None, headers or {})
    answer = line.getresponse()
    answer.read()
    return answer.status


def owner(ports: tuple[int, int], pids: set[int]) -> int:
    """Which of the processes holds the server's end of the local connection between these ports: its own, and the
    client's, which connections to other servers may have, too."""
    rows = (row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:])
    between = tuple(f"{port:04X}" for port in ports)
    ends = ((f"socket:[{row[9]}]", tuple(end.partition(":")[2] for end in row[1:3])) for row in rows)
    socket = next(socket for socket, end in ends if end == between)
    return next(pid for pid in pids if socket in open_files(pid))


def open_files(pid: int) -> set[str]:
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(os.readlink(link))
    return found


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def arguments(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def running(data: Path) -> Iterator[Server]:
    """A server that is stopped at the end, however it stands then, and its processes with it."""
    server = Server(data)
    try:
        yield server.start()
    finally:
        if server.process is not None and server.process.poll() is None:
            left = children(server.process.pid)
            server.process.terminate()
            try:
                server.join()
            except subprocess.TimeoutExpired:
                for pid in (server.process.pid, *left):
                    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """For a test that stops, kills or looks into it."""
    yield from running(tmp_path / "data")


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from running(tmp_path_factory.mktemp("shared") / "data")


@pytest.fixture(scope="session")
def lines(shared_server: Server) -> Iterator[Lines]:
    with closing(Lines(shared_server)) as opened:
        yield opened


@pytest.fixture
def lines_to(server: Server) -> Iterator[Lines]:
    """To the collectors that run now."""
    with closing(Lines(server)) as opened:
        yield opened


@pytest.fixture(scope="session")
def new_workspace(shared_server: Server, lines: Lines) -> Iterator[Callable[[], Workspace]]:
    """Makes a workspace on the shared server; returns when every collector knows its key."""
    numbers = itertools.count()
    with ExitStack() as closing_all:

        def make() -> Workspace:
            name = f"workspace-{next(numbers)}"
            shared_server.call("workspace", "create", name)
            key = shared_server.call("key", "create", "--workspace", name, "--scope", "admin")["secret"]
            until(lambda: lines.statuses(*SCRIBE_PROBE, {"Authorization": f"Bearer {key}"}) == {422}, 5)
            api = Api(shared_server, key)
            closing_all.enter_context(api.http)
            return Workspace(shared_server, name, key, api)

        yield make


@pytest.fixture
def workspace(new_workspace: Callable[[], Workspace]) -> Workspace:
    return new_workspace()


SCRIBE_PROBE = ("POST", "/v1/analytics/events")
"""Without a body: refused, for the key first."""


@pytest.fixture
def api() -> Iterator[Callable[[Server], Api]]:
    """Opens the JSON API of a server with its first key."""
    opened: list[Api] = []

    def open_api(server: Server) -> Api:
        opened.append(Api(server, server.key))
        return opened[-1]

    yield open_api
    for each in opened:
        each.http.close()


@pytest.fixture(name="until", scope="session")
def until_() -> Callable[..., float]:
    return until


@pytest.fixture(name="vendors", scope="session")
def vendors_() -> Callable[..., dict[str, Vendor]]:
    return vendors
