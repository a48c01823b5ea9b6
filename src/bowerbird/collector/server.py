"""Runs one collector worker on a listening socket."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket

import uvicorn

from bowerbird.collector.app import Collector
from bowerbird.collector.connection import Connection
from bowerbird.collector.direct import Direct

KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than the 60 s of common proxies, so that these close first."""

DRAIN = 10
"""Seconds that requests under way get to end after SIGTERM."""


def serve(app: Collector, listening: socket, ready: Callable[[], None] = lambda: None) -> None:
    """Serves until SIGTERM or SIGINT, then ends the requests under way, shuts the app down and returns. Calls `ready`
    once requests are answered.

    Call it from the main thread. The socket may be shared with other processes.
    """
    _Server(configured(app), ready).run([listening])


def configured(app: Collector) -> uvicorn.Config:
    """How uvicorn runs the app. It logs nothing but warnings, to `uvicorn.error`."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=Direct if isinstance(app, Collector) else Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=DRAIN,
    )


class _Server(uvicorn.Server):
    """uvicorn raises a caught signal anew when it is done, which would make a clean end look like a kill."""

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
