"""A child process of `bowerbird serve`, and the line it holds to its parent.

The line is a socket pair. The child says `ready` on it once; when the parent is gone, however it went, the line
breaks, and the child ends at once: what it acknowledged is durable, and the port must be free for the next parent.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

READY = b"ready\n"


class Child:
    """The parent's side."""

    def __init__(self, arguments: Sequence[str], listener: socket.socket) -> None:
        """Starts `bowerbird ARGUMENTS` with the listening socket and its end of the line."""
        self.arguments = arguments
        self._ready_at: float | None = None
        self._line, theirs = socket.socketpair()
        with theirs:
            fds = (listener.fileno(), theirs.fileno())
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "bowerbird", *arguments,
                    "--listen-fd", str(fds[0]), "--parent-fd", str(fds[1]),
                ],
                pass_fds=fds,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def fileno(self) -> int:
        """Readable when the child is ready, or has ended."""
        return self._line.fileno()

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def wait_ready(self, seconds: float) -> bool:
        """False when the child ends, or says nothing in time."""
        if self._ready_at is None:
            self._line.settimeout(seconds)
            with suppress(OSError):
                if self._line.recv(len(READY)) == READY:
                    self._ready_at = time.monotonic()
        return self._ready_at is not None

    def served(self) -> float:
        """Seconds since the child was first seen ready; 0 when it never was."""
        return time.monotonic() - self._ready_at if self.wait_ready(0) and self._ready_at is not None else 0.0

    def stop(self) -> None:
        """Asks the child to finish what it has in hand and end."""
        if self.running:
            self.process.terminate()

    def join(self, seconds: float) -> bool:
        """Waits for the child's end, and makes one when time is up. False when it had to."""
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        finally:
            self._line.close()


class ParentLine:
    """The child's side."""

    def __init__(self, fd: int) -> None:
        self._line = socket.socket(fileno=fd)
        threading.Thread(target=self._watch, name="parent-line", daemon=True).start()

    def ready(self) -> None:
        self._line.sendall(READY)

    def _watch(self) -> None:
        try:
            self._line.recv(1)
        finally:
            os._exit(1)


def listening_socket(fd: int) -> socket.socket:
    """The socket that the parent listens on."""
    return socket.socket(fileno=fd)
