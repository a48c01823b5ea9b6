"""One client's connection: uvicorn's HTTP protocol with bounds on a request's head and on the time it takes to arrive,
one write an answer, and no way out of HTTP/1.1."""

import re
from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bowerbird.collector.corked import Corked

HEAD_BYTES = 65_536
"""Largest request line and headers together, give or take one read from the socket."""

_OFFER = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)


class Connection(HttpToolsProtocol):
    arrival = 60.0
    """Seconds from a request's first byte (of the first request: from the connection) to its last."""

    _head_bytes = 0
    _deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        self._corked = Corked(transport, self.loop, self._unread)
        super().connection_made(self._corked)  # type: ignore[arg-type]
        self._await_more()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(self._without_offer(data) if b"pgrade:" in data else data)
        cycle = self.cycle
        if cycle is None or cycle.scope is not self.scope:
            self._head_bytes += len(data)
            self._await_more()
            if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("The request's head is too large.")
            return
        self._head_bytes = 0
        if cycle.more_body:
            self._await_more()
        elif self._deadline is not None:
            self._arrived()

    def _without_offer(self, data: bytes) -> bytes:
        """The data, where a request begins with it, without an offer to upgrade, as which Java's HttpClient sends its
        first request. A server may pass it over (RFC 9110, 7.8), but the parser would pass over the body."""
        cycle: Any = self.cycle
        if self._head_bytes or (cycle is not None and (cycle.scope is not self.scope or cycle.more_body)):
            return data
        head, end, rest = data.partition(b"\r\n\r\n")
        return _OFFER.sub(b"", head) + end + rest

    def _unread(self) -> bool:
        """Whether the request under way was answered before all of it arrived."""
        return self.cycle is not None and self.cycle.more_body and not self.cycle.disconnected

    def _await_more(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.arrival, self.transport.abort)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
