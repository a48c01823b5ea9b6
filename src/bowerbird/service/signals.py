"""SIGTERM and SIGINT, as something to wait for. Imports little: until it is at work, they end the process."""

import select
import signal
import socket
from types import FrameType


class WakeOnSignal:
    """SIGTERM and SIGINT as a readable socket."""

    def __init__(self) -> None:
        self.socket, self._writer = socket.socketpair()
        self._writer.setblocking(False)

    def __enter__(self) -> socket.socket:
        self._before = {number: signal.signal(number, self._wake) for number in (signal.SIGTERM, signal.SIGINT)}
        return self.socket

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _wake(self, _number: int, _frame: FrameType | None) -> None:
        self._writer.send(b"!")


def asked_to_end(woken: socket.socket) -> bool:
    return bool(select.select([woken], [], [], 0)[0])
