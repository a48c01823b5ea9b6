"""A supervisor in this process, of one collector and one engine, which are real processes."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bowerbird.service.child import Child
from bowerbird.service.sockets import listen, url_of
from bowerbird.service.supervisor import Supervisor
from bowerbird.settings import Settings


class Supervised:
    def __init__(self, data: Path) -> None:
        self.sockets = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
        self.collector, self.console = (url_of(each) for each in self.sockets)
        self.said: list[str] = []
        self.supervisor = Supervisor(Settings(data=data, workers=1), self.sockets, self.said.append)
        self.failure: Exception | None = None
        self._woken, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._watch)

    def start(self) -> None:
        assert self.supervisor.start(self._woken)
        self._thread.start()

    def _watch(self) -> None:
        try:
            self.supervisor.watch(self._woken)
        except Exception as error:
            self.failure = error

    def child(self, role: str) -> Child:
        return next(child for child in self.supervisor._children if child.arguments[0] == role)

    def kill(self, role: str) -> None:
        """Returns when another one serves in its place."""
        before = self.child(role)
        os.kill(before.process.pid, signal.SIGKILL)
        wait(lambda: self.child(role) is not before and self.child(role).served() > 0)

    def end(self) -> bool:
        """Whether every child ended by itself."""
        self._waker.send(b"!")
        if self._thread.ident is not None:
            self._thread.join()
        return self.supervisor.stop()

    def close(self) -> None:
        self.end()
        for each in (*self.sockets, self._woken, self._waker):
            each.close()


def wait(holds: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(name="wait")
def wait_() -> Callable[..., None]:
    return wait


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    """Not started yet."""
    (tmp_path / "data").mkdir()
    made = Supervised(tmp_path / "data")
    yield made
    made.close()
