"""The short way of a small and ordinary request: from the parser to the endpoint and back without ASGI in between."""

import logging
from asyncio import Future
from collections.abc import Coroutine
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HEADER_VALUE_RE, STATUS_LINE

from bowerbird.collector.connection import Connection
from bowerbird.collector.cross_origin import readable
from bowerbird.collector.dialects.base import Reply
from bowerbird.collector.endpoint import AT_ONCE, Head
from bowerbird.collector.routing import Target

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
        parser = self.parser
        target = self.config.app.routes.exactly(parser.get_method(), path)  # type: ignore[union-attr]
        if target is None or b"#" in query or parser.get_http_version() != "1.1":
            return None
        headers = dict(self.headers)
        if not _ORDINARY.isdisjoint(headers):
            return None
        length = headers.get(b"content-length", b"0")
        if len(length) > _LONGEST or int(length) > min(AT_ONCE, self.config.app.body_limit):  # type: ignore[union-attr]
            return None
        client = self.client
        route = target.route
        head = Head(route.method, route.path, query, headers, client[0] if client else None)
        return Exchange(self, target, head)

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

    def __init__(self, connection: Direct, target: Target, head: Head) -> None:
        self.scope = connection.scope
        self.body = b""
        self.more_body = True
        self.disconnected = False
        self.response_complete = False
        self.keep_alive = connection.parser.should_keep_alive()
        self._connection = connection
        self._target = target
        self._head = head

    def start(self) -> None:
        self.more_body = False
        endpoint = self._connection.config.app.endpoint  # type: ignore[union-attr]
        self._steps: Coroutine[Any, Any, Reply] = endpoint.answer(self._target, self._head, self.body)
        self._go_on(None)

    def _go_on(self, _: "Future[Any] | None") -> None:
        """Runs the endpoint until it waits or has an answer, as a task does, which would begin one turn later."""
        try:
            awaited = self._steps.send(None)
        except StopIteration as ended:
            self._respond(ended.value)
        except Exception:
            _logger.exception("A request could not be answered")
            self.keep_alive = False
            self._respond(_BROKEN)
        else:
            awaited._asyncio_future_blocking = False
            awaited.add_done_callback(self._go_on)

    def _respond(self, reply: Reply) -> None:
        connection = self._connection
        if self._target.route.cross_origin:
            reply = readable(reply)
        self.response_complete = True
        transport = connection.transport
        if not self.disconnected and not transport.is_closing():
            answer = _written(reply, connection.server_state.default_headers, self.keep_alive)
            transport.write_whole(answer)  # type: ignore[attr-defined]
            if not self.keep_alive:
                transport.close()
        connection.on_response_complete()


def _written(reply: Reply, defaults: list[tuple[bytes, bytes]], keep_alive: bool) -> bytes:
    lines = [STATUS_LINE[reply.status]]
    for name, value in (*defaults, *reply.headers):
        if HEADER_VALUE_RE.search(value):
            raise ValueError(f"{name!r} cannot have the value {value!r}")
        lines += (name, b": ", value, b"\r\n")
    if reply.content_type:
        lines += (b"content-type: ", reply.content_type, b"\r\n")
    if reply.status != 204:
        lines.append(b"content-length: %d\r\n" % len(reply.body))
    lines.append(b"\r\n" if keep_alive else b"connection: close\r\n\r\n")
    lines.append(reply.body)
    return b"".join(lines)
