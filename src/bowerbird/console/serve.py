"""Runs the console's port on a listening socket."""

from collections.abc import Callable
from socket import socket

import uvicorn
from fastapi import FastAPI

from bowerbird.serving import KEEP_ALIVE, Server, proxies

DRAIN = 5
"""Seconds that requests under way get to end after SIGTERM."""


def serve(app: FastAPI, listening: socket, ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT. Calls `ready` once requests are answered. Call it from the main thread."""
    Server(configured(app), ready).run([listening])


def configured(app: FastAPI) -> uvicorn.Config:
    """How uvicorn runs the app. It logs nothing but warnings, to `uvicorn.error`."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=proxies(),
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=DRAIN,
    )
