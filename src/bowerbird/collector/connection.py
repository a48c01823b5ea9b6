"""One client's connection: uvicorn's HTTP protocol with bounds on a request's head and on the time it takes to arrive,
one write an answer, and no way out of HTTP/1.1."""

from asyncio import TimerHandle, Transport
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bowerbird.collector.corked import Corked

HEAD_BYTES = 65_536
"""Largest request line and headers together, give or take one read from the socket."""

BETWEEN, HEAD, BODY, OVER = range(4)

_MAPPED = "::ffff:"
"""Before the address of an IPv4 peer, where a port takes IPv6 too."""


class Connection(HttpToolsProtocol):
    arrival = 60.0
    """Seconds from a request's first byte (of the first request: from the connection) to its last."""

    _stage = BETWEEN
    """What the parser expects: a request, or the rest of its head or body, or nothing any more."""
    _unfinished = 0
    """Bytes that came since the read in which a request ended."""
    _deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        self._corked = Corked(transport, self.loop, self._unread)
        super().connection_made(self._corked)  # type: ignore[arg-type]
        if self.client is not None:
            self.client = (self.client[0].removeprefix(_MAPPED), self.client[1])
        self._await_more()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._stage == OVER or self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        self._unfinished += len(data)
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self.logger.warning("Invalid HTTP request received.")
            self._refuse("Invalid HTTP request received.")
            return
        if not self._unfinished and self._deadline is not None:
            self._arrived()
        if self._stage != BETWEEN or self._unfinished:
            self._await_more()
            if self._unfinished > HEAD_BYTES and self._stage != BODY:
                self._refuse("The request's head is too large.")

    def eof_received(self) -> bool:  # type: ignore[override]
        """A sender that sends no more may still read the answers to what it sent."""
        if self.transport.is_closing():
            return False
        owed = self._ends_with_answers()
        self._stage = BETWEEN
        if not owed:
            self.transport.close()
        return owed

    def on_message_begin(self) -> None:
        self._stage = HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._stage = BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        if self._stage == BODY:
            self._stage = BETWEEN
            self._unfinished = 0
            super().on_message_complete()

    def _parse(self, data: bytes | memoryview) -> None:
        """Feeds the parser. It stops behind a head that offers to upgrade, as Java's HttpClient's first does, and
        would take the body for another protocol. A server may pass the offer over (RFC 9110, 7.8), so the request
        begins anew, without it."""
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as stopped:
                data = memoryview(data)[stopped.args[0] :]
                head = self._head_without_offer()
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                self.parser.feed_data(head)
            else:
                return

    def _head_without_offer(self) -> bytes:
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        if method == b"CONNECT":
            raise httptools.HttpParserError("no tunnel leads through here")
        headers = (b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade")
        return b"%b %b HTTP/%b\r\n%b\r\n" % (method, self.url, version, b"".join(headers))

    def _refuse(self, why: str) -> None:
        """Ends the connection with what cannot be understood, behind the answers to what came before it."""
        if self.transport.is_closing():
            return
        if self._ends_with_answers():
            self._stage = OVER
        else:
            self.send_400_response(why)

    def _ends_with_answers(self) -> bool:
        """Whether requests that have arrived wait for their answers. The connection then ends with the last one; to a
        request behind them whose body breaks off, that is a 400."""
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        if self._stage == BODY:
            if not self.pipeline:
                return False
            self.pipeline[0] = (cycle, _broken_off)
        cycle.keep_alive = False
        self._arrived()
        return True

    def _unread(self) -> bool:
        """Whether the sender is still sending what the connection ends with."""
        return self._stage in (BODY, OVER)

    def _await_more(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.arrival, self.transport.abort)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


async def _broken_off(_scope: Any, _receive: Any, send: Any) -> None:
    why = b"Invalid HTTP request received."
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(why))]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": why})
