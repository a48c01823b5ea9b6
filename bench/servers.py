"""The servers that benchmarks send to."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bowerbird.service.child import Child
from bowerbird.settings import Settings
from bowerbird.wiring.registry import open_registry


class Server(NamedTuple):
    port: int
    secret: str
    """Of a key that may do everything."""
    console_port: int = 0


def new_data_directory(data: Path) -> str:
    """Returns the secret of its first key."""
    registry = open_registry(Settings(data=data))
    first = registry.bootstrap()
    registry.close()
    if first is None or first.secret is None:
        raise RuntimeError(f"{data} is not new")
    return first.secret


@contextmanager
def collector(data: Path) -> Iterator[Server]:
    """One collector process as `bowerbird serve` starts it, with no engine beside it."""
    secret = new_data_directory(data)
    with _listening() as listener:
        child = Child(("collector", "--data", str(data)), listener)
        try:
            if not child.wait_ready(30):
                raise RuntimeError("the collector did not come up")
            yield Server(listener.getsockname()[1], secret)
        finally:
            child.stop()
            child.join(30)


@contextmanager
def script(*command: str) -> Iterator[Server]:
    """One of the reference apps; `{}` in the command stands for the listening socket."""
    with _listening() as listener:
        fd = listener.fileno()
        process = subprocess.Popen([each.format(fd) for each in command], pass_fds=(fd,))
        try:
            yield Server(listener.getsockname()[1], "none")
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def everything(data: Path, workers: int, options: Sequence[str] = ()) -> Iterator[Server]:
    """`bowerbird serve`, collectors and engine."""
    command = [
        sys.executable, "-m", "bowerbird", "--json", "serve", "--data", str(data), "--workers", str(workers),
        "--port", "0", "--console-port", "0", *options,
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        document = json.loads(_first_document(process))
        ports = [int(document[name].rsplit(":", 1)[1]) for name in ("collector", "console")]
        yield Server(ports[0], document["first"]["secret"], ports[1])
    finally:
        process.terminate()
        process.wait(60)


def _first_document(process: "subprocess.Popen[str]") -> str:
    """Its first JSON document; the closing brace stands on a line of its own."""
    lines: list[str] = []
    for line in process.stdout or ():
        lines.append(line)
        if line == "}\n":
            break
    return "".join(lines)


@contextmanager
def _listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        yield listener
