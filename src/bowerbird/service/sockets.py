"""Listening sockets, and what to call them."""

import socket
import time
from errno import EADDRINUSE

from bowerbird.errors import BowerbirdError

PATIENCE_SECONDS = 5.0
"""How long a port that a dying predecessor still holds is waited for."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Waits a little for a predecessor that is just ending. Raises `BowerbirdError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(2048)
            return listener
        except OSError as error:
            listener.close()
            if error.errno != EADDRINUSE or time.monotonic() > deadline:
                raise BowerbirdError(
                    f"cannot listen on {host}:{port}: {error.strerror}", "Choose another with --port or --console-port."
                ) from error
            time.sleep(0.05)


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"
