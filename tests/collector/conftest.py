"""A collector on a real port, with a small dialect of its own, and clients that send odd things to it."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn

from bowerbird.clock import SystemClock
from bowerbird.collector.app import Collector
from bowerbird.collector.dialects.base import Call, Findings, Parsed, Quota, Reply, Request, Route, Throttle
from bowerbird.collector.json_body import as_object, decode_json
from bowerbird.collector.limits_memory import MemoryLimiter
from bowerbird.collector.parts import Parts
from bowerbird.collector.refresh import Refresher
from bowerbird.collector.server import configured
from bowerbird.event import Event, Tallied
from bowerbird.eventlog.codec import decode
from bowerbird.eventlog.memory import MemoryLog
from bowerbird.refusallog.masks import Masks
from bowerbird.refusallog.memory import MemoryRefusals
from bowerbird.refusals import Issue, Reason, Refused
from bowerbird.registry.base import Principal, WorkspaceSettings
from bowerbird.registry.memory import MemoryRegistry
from bowerbird.state.base import CatalogCount, QuarantineEntry

KEY = "parrot-key"


class Parrot:
    """A dialect that names everything it says: the reason of a refusal, its quota, and what was found."""

    name = "parrot"
    routes = (
        Route("POST", "/parrot/events", "event"),
        Route("POST", "/parrot/batch", "batch", cross_origin=True),
        Route("GET", "/parrot/events", "event"),
        Route("GET", "/parrot/names", "names", "events:read"),
    )
    prefixes = ("/parrot/", "/p")

    def __init__(self, throttled: Throttle | None = None) -> None:
        self.throttled = throttled

    def secret_in_head(self, request: Request) -> str | None:
        secret = request.header(b"authorization")
        if not secret:
            raise Refused(Reason.CREDENTIALS_MISSING)
        return secret

    def open(self, request: Request, operation: str) -> Call:
        return Call(request, operation, self.secret_in_head(request) or "")

    def throttle(self, principal: Principal) -> Throttle | None:
        return self.throttled

    def parse(self, call: Call, principal: Principal) -> Parsed:
        if call.operation == "names":
            return Parsed(properties_of=call.request.query.get("list", ""))
        body = call.request.query if call.request.method == "GET" else as_object(decode_json(call.request.body))
        if "break" in body:
            raise ZeroDivisionError("secret detail")
        if "name" not in body:
            raise Refused(Reason.INVALID, issues=(Issue("name", "blank", "Name can't be blank."),))
        event = self._event(call, principal, body["name"], body)
        email = body.get("email")
        return Parsed(
            events=(event,),
            answer=event,
            metrics=tuple(body.get("metrics", ())),
            subscriber=("94", email) if email else None,
            newcomer=self._event(call, principal, "identify", {}) if email else None,
        )

    def reply(self, parsed: Parsed, findings: Findings, quota: Quota | None) -> Reply:
        event = parsed.answer
        told = {
            "event_id": event.event_id if event else None,
            "newcomer": findings.newcomer,
            "properties": {name: list(seen.properties) for name, seen in findings.properties.items()},
            "quota": quota,
        }
        return Reply(202, msgspec.json.encode(told), b"application/x-parrot")

    def refuse(self, refused: Refused, quota: Quota | None) -> Reply:
        told = {"reason": refused.reason, "retry_after": refused.retry_after, "quota": quota}
        return Reply(499, msgspec.json.encode(told), b"application/x-parrot")

    def _event(self, call: Call, principal: Principal, name: str, properties: dict[str, Any]) -> Event:
        request = call.request
        return Event(
            workspace=principal.workspace.name,
            event_id=request.new_id(request.received_at),
            dialect=self.name,
            kind="track",
            name=name,
            occurred_at=request.received_at,
            received_at=request.received_at,
            key_id=principal.key_id,
            properties=properties,
            context={"ip": request.client_ip},
        )


class Catalog:
    """A `CatalogReader` that knows one list."""

    def properties(self, workspace: str, list_id: str) -> dict[str, Tallied]:
        return {"signup": Tallied(1, {"plan": 1, "seats": 1})} if (workspace, list_id) == ("default", "94") else {}

    def catalog(self, workspace: str) -> list[CatalogCount]:
        return []

    def quarantine(self, workspace: str, limit: int, before: str | None) -> list[QuarantineEntry]:
        return []


@dataclass
class Running:
    """A collector that is being served, and what stands behind it."""

    log: Any
    """A `MemoryLog`, unless the test brought its own."""
    registry: Any
    """A `MemoryRegistry`, unless the test brought its own."""
    port: int
    client: httpx.Client
    stop: Callable[[], None]
    """Returns when the collector has shut down."""

    def post(self, body: Any, path: str = "/parrot/events", **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, content=content, headers={"authorization": KEY, **named})

    def reason(self, body: Any, path: str = "/parrot/events", **headers: str) -> str:
        """Why it is refused."""
        answer = self.post(body, path, **headers)
        assert answer.status_code == 499, answer.text
        reason: str = answer.json()["reason"]
        return reason

    def logged(self, name: str | None = None) -> list[Event]:
        events = [event for row in self.log.read({}, 1_000_000) for event in decode(row.events)]
        return [event for event in events if name in (None, event.name)]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def head(self, path: str = "/parrot/events", method: str = "POST", **headers: Any) -> bytes:
        """A request's head, `content_length=5` as `content-length: 5`. The connection ends with its answer."""
        lines = [f"{method} {path} HTTP/1.1", "host: x", f"authorization: {KEY}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def say(self, *pieces: bytes) -> bytes:
        """Sends the pieces one by one on a new connection, and returns all that comes until it is closed."""
        with self.connect() as raw:
            for piece in pieces:
                raw.sendall(piece)
                time.sleep(0.02)
            heard = b""
            while piece := raw.recv(65_536):
                heard += piece
            return heard


@contextlib.contextmanager
def running(parts: Parts, listening: socket.socket | None = None) -> Iterator[Running]:
    server = uvicorn.Server(configured(Collector(parts)))
    listening = listening or socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        while not server.started:
            time.sleep(0.005)

        def stop() -> None:
            client.close()
            server.should_exit = True
            thread.join(timeout=20)

        try:
            yield Running(parts.log, parts.registers, port, client, stop)
        finally:
            stop()


Serve = Callable[..., Running]


def usual_parts(settings: WorkspaceSettings | None = None, throttle: Throttle | None = None, **parts: Any) -> Parts:
    """A collector's parts, in memory; `parts` replace the usual ones, `settings` are the workspace's."""
    clock = SystemClock()
    registry = MemoryRegistry(clock)
    registry.add_workspace("default", settings, {"94": "Customers"})
    registry.add_key(KEY, scopes=("events:write", "events:read"))
    usual = Parts(
        dialects=(Parrot(throttle),),
        log=MemoryLog(clock),
        registry=Refresher(registry, interval=0.01),
        registers=registry,
        catalog=Catalog(),
        limiter=MemoryLimiter(),
        refusals=MemoryRefusals(),
        masks=Masks(b"of the tests"),
        clock=clock,
        body_limit=100_000,
    )
    return replace(usual, **parts)


@pytest.fixture
def parrot() -> Parrot:
    return Parrot()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts collectors of a test's own."""
    with contextlib.ExitStack() as stack:
        yield lambda listening=None, **parts: stack.enter_context(running(usual_parts(**parts), listening))


@pytest.fixture(scope="module")
def collector() -> Iterator[Running]:
    """One that a file's tests share."""
    with running(usual_parts()) as collector:
        yield collector
