"""Load on a schedule: requests leave at their times, whether earlier ones have been answered or not."""

import asyncio
import time
from collections import deque
from typing import NamedTuple

import uvloop

PATH = "/v1/analytics/events"
BODY = '{"event":{"name":"%s","user_id":"user-%d","event_id":"evt-%d","properties":{"path":"/pricing","mark":%d}}}'
MARK = "marked"
MARK_EVERY = 100
"""Every so many events one is marked, to be looked for."""


class Sent(NamedTuple):
    acknowledged: dict[int, float]
    """When each marked event was acknowledged, on the monotonic clock."""
    waits: list[float]
    """Seconds from each request's time to its answer, what it waited for a connection included."""
    refused: int


class _Line(asyncio.Protocol):
    """One connection, one request under way."""

    def __init__(self, load: "_Load") -> None:
        self._load = load
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._load.idle.append(self)

    def send(self, number: int, due: float) -> None:
        self._number, self._due = number, due
        self._transport.write(self._load.request(number))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._received = b""
        self._load.answered(self._number, self._due, head.startswith(b"HTTP/1.1 202"))
        self._load.free(self)

    def connection_lost(self, _: Exception | None) -> None:
        self._load.ended.set()

    def close(self) -> None:
        self._transport.close()


class _Load:
    def __init__(self, secret: str, total: int) -> None:
        self.head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {secret}"
        self.idle: deque[_Line] = deque()
        self.waiting: deque[tuple[int, float]] = deque()
        self.sent = Sent({}, [], 0)
        self.refused = 0
        self.total = total
        self.ended = asyncio.Event()
        """Everything was answered, or a connection was lost."""

    def request(self, number: int) -> bytes:
        name = MARK if number % MARK_EVERY == 0 else "signup"
        body = BODY % (name, number % 5000, number, number)
        return f"{self.head}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()

    def send(self, number: int, due: float) -> None:
        if self.idle:
            self.idle.popleft().send(number, due)
        else:
            self.waiting.append((number, due))

    def free(self, line: _Line) -> None:
        if self.waiting:
            line.send(*self.waiting.popleft())
        else:
            self.idle.append(line)

    def answered(self, number: int, due: float, accepted: bool) -> None:
        now = time.monotonic()
        self.sent.waits.append(now - due)
        if not accepted:
            self.refused += 1
        elif number % MARK_EVERY == 0:
            self.sent.acknowledged[number] = now
        if len(self.sent.waits) == self.total:
            self.ended.set()


def send(port: int, secret: str, rate: int, seconds: int) -> Sent:
    """`rate` events a second for so long, over 64 connections."""
    return uvloop.run(_send(port, secret, rate, seconds))


async def _send(port: int, secret: str, rate: int, seconds: int) -> Sent:
    total = rate * seconds
    load = _Load(secret, total)
    loop = asyncio.get_running_loop()
    lines = [(await loop.create_connection(lambda: _Line(load), "127.0.0.1", port))[1] for _ in range(64)]
    started = time.monotonic()
    number = 0
    while number < total:
        due = min(total, int((time.monotonic() - started) * rate) + 1)
        while number < due:
            load.send(number, started + number / rate)
            number += 1
        await asyncio.sleep(0.002)
    await load.ended.wait()
    answered = len(load.sent.waits)
    for line in lines:
        line.close()
    return load.sent._replace(refused=load.refused + total - answered)
