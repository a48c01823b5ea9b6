"""An HTTP server on a socket that is open already, as every process with a port runs it."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv4Network, ip_network
from socket import socket

import uvicorn

KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than the 60 s of common proxies, so that these close first."""


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


def proxies(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Whose `X-Forwarded-For` is believed. A port on `::` sees IPv4 peers by mapped addresses, so each stands for
    both."""
    named = [each.strip() for each in environment.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1").split(",")]
    return [*named, *filter(None, map(_mapped, named))]


def _mapped(proxy: str) -> str | None:
    try:
        network = ip_network(proxy)
    except ValueError:
        return None
    if not isinstance(network, IPv4Network):
        return None
    return f"::ffff:{network.network_address}/{network.prefixlen + 96}"
