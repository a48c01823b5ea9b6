"""The short way of a small and ordinary request: from the parser to the endpoint and back without ASGI in between."""

import logging
from asyncio import CancelledError, Future, Transport
from collections.abc import Coroutine
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HEADER_VALUE_RE, STATUS_LINE

from bowerbird.collector.connection import Connection
from bowerbird.collector.cross_origin import readable
from bowerbird.collector.dialects.base import Reply
from bowerbird.collector.endpoint import AT_ONCE, Head
from bowerbird.collector.routing import Target

if TYPE_CHECKING:
    from bowerbird.collector.app import Collector

_logger = logging.getLogger(__name__)
_ORDINARY = frozenset((b"transfer-encoding", b"content-encoding", b"expect", b"x-forwarded-for", b"upgrade"))
"""Headers of requests that go the ordinary way."""
_LONGEST = len(str(AT_ONCE))
_BROKEN = Reply(500, b"Internal Server Error", b"text/plain; charset=utf-8")


class Direct(Connection):
    """A connection to a `Collector`. What it does not take itself, uvicorn takes to the app, request by request."""

    _exchange: "Exchange | None" = None
    """The request under way, where it goes the short way."""
    _idle_since: float | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        self._app: Collector = self.config.app  # type: ignore[assignment]
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()

    def on_message_begin(self) -> None:
        self.url = b""
        self.headers = []
        self.scope = {"headers": self.headers}  # type: ignore[typeddict-item]  # completed where ASGI needs it

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        cycle = self.cycle
        if (cycle is None or cycle.response_complete) and not self.flow.write_paused:
            self._exchange = exchange = self._begin()
            if exchange is not None:
                self.cycle = exchange  # type: ignore[assignment]
                return
        self._exchange = None
        self._begin_ordinarily()

    def _begin(self) -> "Exchange | None":
        """The request as one of the short way, if it is one."""
        path, _, query = self.url.partition(b"?")
        target = self._app.routes.exactly(self.parser.get_method(), path)
        if target is None or b"#" in query:
            return None
        headers = dict(self.headers)
        keep_alive = self.parser.should_keep_alive()
        if (b"connection" in headers or not keep_alive) and self.parser.get_http_version() != "1.1":
            return None
        if not _ORDINARY.isdisjoint(headers):
            return None
        length = headers.get(b"content-length", b"0")
        if len(length) > _LONGEST or int(length) > self._app.short_body:
            return None
        route, client = target.route, self.client
        head = Head(route.method, route.path, query, headers, client[0] if client else None)
        return Exchange(self, target, head, keep_alive)

    def _begin_ordinarily(self) -> None:
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._exchange is None:
            super().on_body(body)
        else:
            self._exchange.body += body

    def on_message_complete(self) -> None:
        if self._exchange is None:
            super().on_message_complete()
        else:
            self._exchange.start()

    def answering(self, target: Target, head: Head, body: bytes) -> Coroutine[Any, Any, Reply]:
        return self._app.endpoint.answer(target, head, body)

    def send(self, answer: bytes, keep_alive: bool) -> None:
        if not self.transport.is_closing():
            self._corked.write_whole(answer)
            if not keep_alive:
                self.transport.close()

    def on_response_complete(self) -> None:
        """As uvicorn's, with one timer a connection and not one a request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again_in(self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since = None

    def _look_again_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_again_in(left)
        else:
            super().timeout_keep_alive_handler()


class _Unheard:
    def set(self) -> None: ...


class Exchange:
    """A request and its answer. To uvicorn's protocol it is a `RequestResponseCycle`."""

    __slots__ = (
        "_connection", "_head", "_steps", "_target", "body", "disconnected", "keep_alive", "more_body",
        "response_complete", "scope",
    )  # fmt: skip
    message_event: ClassVar = _Unheard()

    def __init__(self, connection: Direct, target: Target, head: Head, keep_alive: bool) -> None:
        self.scope = connection.scope
        self.body = b""
        self.more_body = True
        self.disconnected = False
        self.response_complete = False
        self.keep_alive = keep_alive
        self._connection = connection
        self._target = target
        self._head = head

    def start(self) -> None:
        self.more_body = False
        self._steps = self._connection.answering(self._target, self._head, self.body)
        self._go_on(None)

    def _go_on(self, _: "Future[Any] | None") -> None:
        """Runs the endpoint until it waits or has an answer, as a task does, which would begin one turn later."""
        try:
            awaited = self._steps.send(None)
        except StopIteration as ended:
            self._respond(ended.value)
        except (Exception, CancelledError):
            self._fail()
        else:
            awaited._asyncio_future_blocking = False
            awaited.add_done_callback(self._go_on)

    def _respond(self, reply: Reply) -> None:
        defaults = self._connection.server_state.default_headers
        try:
            answer = _written(readable(reply) if self._target.route.cross_origin else reply, defaults, self.keep_alive)
        except ValueError:
            self._fail()
        else:
            self._end(answer)

    def _fail(self) -> None:
        """Where even the endpoint's own answer to a fault could not be made."""
        _logger.exception("%s %s could not be answered", self._head.method, self._head.path)
        self.keep_alive = False
        self._end(_written(_BROKEN, self._connection.server_state.default_headers, keep_alive=False))

    def _end(self, answer: bytes) -> None:
        self.response_complete = True
        if not self.disconnected:
            self._connection.send(answer, self.keep_alive)
        self._connection.on_response_complete()


def _written(reply: Reply, defaults: list[tuple[bytes, bytes]], keep_alive: bool) -> bytes:
    start = _start(reply.status, reply.content_type, tuple(defaults), keep_alive)
    own = b"".join(_line(name, value) for name, value in reply.headers) if reply.headers else b""
    if reply.status == 204:
        return b"%b%b\r\n" % (start, own)
    return b"%b%bcontent-length: %d\r\n\r\n%b" % (start, own, len(reply.body), reply.body)


@lru_cache(maxsize=256)
def _start(status: int, content_type: bytes, defaults: tuple[tuple[bytes, bytes], ...], keep_alive: bool) -> bytes:
    """What answers have in common until the second, and with it the date among `defaults`, is over."""
    lines = [STATUS_LINE[status], *(_line(name, value) for name, value in defaults)]
    if content_type:
        lines.append(_line(b"content-type", content_type))
    if not keep_alive:
        lines.append(_line(b"connection", b"close"))
    return b"".join(lines)


def _line(name: bytes, value: bytes) -> bytes:
    if HEADER_VALUE_RE.search(value):
        raise ValueError(f"{name!r} cannot have the value {value!r}")
    return b"%b: %b\r\n" % (name, value)
