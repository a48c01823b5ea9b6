"""Runs the console's port on a listening socket."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket

import uvicorn
from fastapi import FastAPI

DRAIN = 5
"""Seconds that requests under way get to end after SIGTERM."""


def serve(app: FastAPI, listening: socket, ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT. Calls `ready` once requests are answered. Call it from the main thread."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN,
    )
    _Server(config, ready).run([listening])


class _Server(uvicorn.Server):
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
