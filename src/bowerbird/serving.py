"""An HTTP server on a socket that is open already, as every process with a port runs it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket

import uvicorn


class Server(uvicorn.Server):
    """Calls `ready` once requests are answered. uvicorn raises a caught signal anew when it is done, which would make
    a clean end look like a kill."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {caught: signal.signal(caught, self.handle_exit) for caught in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for caught, handler in before.items():
                signal.signal(caught, handler)
