"""A transport that writes once per turn of the event loop: uvloop's own makes a system call, and the network a packet,
of each head and each body."""

from asyncio import AbstractEventLoop, Transport
from collections.abc import Callable
from typing import Any

LINGER = 5.0
"""Seconds for which a sender may go on sending what nobody reads."""


class Corked:
    """`unread` tells whether the sender is still sending. A connection that is closed then is only half closed for a
    while: the system would answer what arrives with a reset, which takes the answer away from a sender that has not
    read it yet."""

    def __init__(self, transport: Transport, loop: AbstractEventLoop, unread: Callable[[], bool]) -> None:
        self._transport = transport
        self._loop = loop
        self._unread = unread
        self._lingers = False
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)

    def write_whole(self, data: bytes) -> None:
        """Writes at once, behind what is held, what would not gain by being held."""
        if self._held:
            self._held.append(data)
        else:
            self._transport.write(data)

    def close(self) -> None:
        self._flush()
        if self.is_closing() or not self._unread():
            self._transport.close()
            return
        self._lingers = True
        self._transport.write_eof()
        self._transport.resume_reading()
        self._loop.call_later(LINGER, self._transport.abort)

    def is_closing(self) -> bool:
        return self._lingers or self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._held and not self._transport.is_closing():
            self._transport.write(b"".join(self._held))
        self._held.clear()
