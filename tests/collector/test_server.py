"""A worker as a process: what SIGTERM does to it."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

WORKER = """
import asyncio, importlib.util, socket, sys

spec = importlib.util.spec_from_file_location("collector_conftest", sys.argv[1])
conftest = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = conftest
spec.loader.exec_module(conftest)

from bowerbird.collector.app import Collector
from bowerbird.collector.server import serve

class SlowLog:
    async def append(self, events):
        print("append", flush=True)
        await asyncio.sleep(0.5)
        print("durable", flush=True)
    async def close(self):
        print("closed", flush=True)

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
serve(Collector(conftest.usual_parts(log=SlowLog())), listening)
print("returned", flush=True)
"""
BODY = b'{"name":"last"}'
HEAD = b"POST /parrot/events HTTP/1.1\r\nhost: x\r\nauthorization: parrot-key\r\ncontent-length: %d\r\n\r\n" % len(BODY)


class Worker:
    def __init__(self) -> None:
        conftest = str(Path(__file__).with_name("conftest.py"))
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, conftest], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.port = int(self.line())

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def end(self) -> tuple[str, str, int]:
        """What it still says on both streams, and its exit status."""
        out, err = self.process.communicate(timeout=20)
        return out, err, self.process.returncode


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.process.kill()
    worker.process.communicate()


@pytest.mark.parametrize("caught", [signal.SIGTERM, signal.SIGINT])
def test_ends_what_is_under_way_closes_the_log_and_returns(worker: Worker, caught: signal.Signals) -> None:
    with worker.connect() as idle, worker.connect() as busy:
        busy.sendall(HEAD + BODY)
        assert worker.line() == "append"
        worker.process.send_signal(caught)
        answer = busy.recv(1000)
        assert answer.startswith(b"HTTP/1.1 202 ")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["event_id"]
        assert idle.recv(1) == b""
    assert worker.end() == ("durable\nclosed\nreturned\n", "", 0)


def test_takes_no_new_connection_while_it_ends(worker: Worker) -> None:
    with worker.connect() as busy:
        busy.sendall(HEAD + BODY)
        assert worker.line() == "append"
        worker.process.send_signal(signal.SIGTERM)
        time.sleep(0.25)
        with pytest.raises(ConnectionRefusedError):
            worker.connect()
        assert busy.recv(1000).startswith(b"HTTP/1.1 202 ")


def test_says_nothing_of_the_server_and_keeps_connections(worker: Worker) -> None:
    with worker.connect() as raw:
        for _ in range(2):
            raw.sendall(HEAD + BODY)
            head = raw.recv(1000).partition(b"\r\n\r\n")[0].lower()
            assert b"\r\ndate: " in head
            assert b"\r\nserver: " not in head
            assert b"\r\nconnection: " not in head
