"""Runs one collector worker on a listening socket."""

from collections.abc import Callable
from socket import socket

import uvicorn

from bowerbird.collector.app import Collector
from bowerbird.collector.connection import Connection
from bowerbird.collector.direct import Direct
from bowerbird.serving import KEEP_ALIVE, Server, proxies

DRAIN = 10
"""Seconds that requests under way get to end after SIGTERM."""


def serve(app: Collector, listening: socket, ready: Callable[[], None] = lambda: None) -> None:
    """Serves until SIGTERM or SIGINT, then ends the requests under way, shuts the app down and returns. Calls `ready`
    once requests are answered.

    Call it from the main thread. The socket may be shared with other processes.
    """
    Server(configured(app), ready).run([listening])


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
        forwarded_allow_ips=proxies(),
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=DRAIN,
    )
