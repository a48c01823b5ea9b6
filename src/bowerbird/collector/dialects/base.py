"""A dialect: one vendor's event API, as a translation between its requests and events. Pure: no I/O, no clock."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from bowerbird.event import Event, Tallied
from bowerbird.refusals import Refused
from bowerbird.registry.base import Principal, Scope

AT_ONCE = 65_536
"""A body of at most so many bytes is dealt with by the event loop itself; a larger one, which can take a second, beside
it."""


class Request(msgspec.Struct, frozen=True):
    """An HTTP request whose body has been read, decompressed and bounded."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[bytes, bytes]
    """Names in lower case, as ASGI gives them."""
    body: bytes
    received_at: int
    new_id: Callable[[int], str]
    """Makes an event id from the time of receipt."""
    client_ip: str | None = None

    def header(self, name: bytes) -> str:
        """The header's value, '' where it is absent."""
        return self.headers.get(name, b"").decode("latin-1")


class Route(msgspec.Struct, frozen=True):
    method: str
    path: str
    """Exact; a path that a vendor also answers with a trailing slash has two routes."""
    operation: str
    scope: Scope = "events:write"
    cross_origin: bool = False
    """Called from web pages of any origin: its preflights are granted, and pages may read its answers."""


class Call(msgspec.Struct, frozen=True):
    """A request as far as it can be read without knowing whose it is."""

    request: Request
    operation: str
    secret: str
    """What the sender showed: an API key or a session id. Never empty."""
    payload: Any = None
    """What `open` has decoded of the body, for dialects whose credentials stand in it; otherwise None."""


class Throttle(msgspec.Struct, frozen=True):
    """A fixed-window limit, shared by all workers: at most `burst` calls a second and `steady` a minute of a
    workspace; None: no limit."""

    burst: int | None
    steady: int | None


class Quota(msgspec.Struct, frozen=True):
    """What the limiter said: of the steady window, the limit, what is left, and seconds until it starts anew."""

    limit: int
    remaining: int
    reset: int


class Parsed(msgspec.Struct, frozen=True):
    """A request understood: the events to log, and what must be looked up before they may be."""

    events: tuple[Event, ...] = ()
    answer: Any = None
    """Whatever `reply` needs; the endpoint passes it through unread."""
    metrics: tuple[str, ...] = ()
    """Event names to admit to the workspace's metrics first."""
    metric_field: str = ""
    """Where the request names its metric: the `Issue.field` of a refusal because the metrics are exhausted."""
    subscriber: tuple[str, str] | None = None
    """(list id, e-mail): when new to the list, `newcomer` is logged too and the e-mail is subscribed."""
    newcomer: Event | None = None
    properties_of: str | None = None
    """A list id whose event names and property names are asked for."""


class Findings(msgspec.Struct, frozen=True):
    """What the look-ups named in `Parsed` gave."""

    newcomer: bool = False
    properties: dict[str, Tallied] = {}
    """By event name, sorted."""


class Reply(msgspec.Struct, frozen=True):
    status: int
    body: bytes = b""
    content_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Dialect(Protocol):
    """One vendor's rules. Everything that a vendor's client can see is decided here."""

    @property
    def name(self) -> str: ...

    @property
    def routes(self) -> tuple[Route, ...]: ...

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Path prefixes under which a wrong path is answered in this vendor's form; the longest match wins."""
        ...

    def secret_in_head(self, request: Request) -> str | None:
        """What `open` will find, as far as it can be told without the body, which is not there yet; None where the
        body decides. Raises `Refused`: CREDENTIALS_MISSING. Asked of requests that may be large."""
        ...

    def open(self, request: Request, operation: str) -> Call:
        """Finds the credentials. Raises `Refused`: CREDENTIALS_MISSING, or, where they stand in the body,
        whatever is wrong with the body. Builds nothing else of a body larger than `AT_ONCE`: nobody knows yet who
        sends it."""
        ...

    def throttle(self, principal: Principal) -> Throttle | None:
        """The vendor's rate limit for this workspace, None where it has none."""
        ...

    def parse(self, call: Call, principal: Principal) -> Parsed:
        """The events of the request. Raises `Refused` with every broken rule that the vendor would name."""
        ...

    def reply(self, parsed: Parsed, findings: Findings, quota: Quota | None) -> Reply:
        """The vendor's success answer; sent after the events are durable."""
        ...

    def refuse(self, refused: Refused, quota: Quota | None) -> Reply:
        """The vendor's answer to each `Reason`. Total: never raises, never shows internals."""
        ...
