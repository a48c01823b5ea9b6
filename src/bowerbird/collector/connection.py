"""One client's connection: uvicorn's HTTP protocol, with bounds on what a request's head may weigh and how long a
request may take to arrive."""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 65_536
"""Largest request line and headers together, give or take one read from the socket."""

ARRIVAL = 60.0
"""Seconds from a request's first byte (of the first request: from the connection) to its last."""


class Connection(HttpToolsProtocol):
    _head_bytes = 0
    _deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_more()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
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

    def _await_more(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(ARRIVAL, self.transport.abort)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
