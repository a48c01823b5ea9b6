"""The short way of a small and ordinary request: from the parser to the endpoint and back without ASGI in between."""

from asyncio import Transport
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from bowerbird.collector.connection import BETWEEN, BODY, HEAD, Connection
from bowerbird.collector.dialects.base import AT_ONCE, Reply
from bowerbird.collector.endpoint import Head
from bowerbird.collector.exchange import Exchange
from bowerbird.collector.routing import Target

if TYPE_CHECKING:
    from bowerbird.collector.app import Collector

_ORDINARY = frozenset((b"transfer-encoding", b"content-encoding", b"expect", b"x-forwarded-for"))
"""Headers of requests that go the ordinary way."""
_LONGEST = len(str(AT_ONCE))


class Direct(Connection):
    """A connection to a `Collector`. What it does not take itself, uvicorn takes to the app, request by request."""

    _exchange: Exchange | None = None
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
        self._stage = HEAD
        self.url = b""
        self.headers = []
        self.scope = {"headers": self.headers}  # type: ignore[typeddict-item]  # completed where ASGI needs it

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._stage = BODY
        self._idle_since = None
        cycle = self.cycle
        if (cycle is None or cycle.response_complete) and not self.flow.write_paused:
            self._exchange = exchange = self._begin()
            if exchange is not None:
                self.cycle = exchange  # type: ignore[assignment]
                return
        self._exchange = None
        self._begin_ordinarily()

    def _begin(self) -> Exchange | None:
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
        elif self._stage == BODY:
            self._stage = BETWEEN
            self._unfinished = 0
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
