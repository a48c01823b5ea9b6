"""Sends journeys over a few connections, as fast as they are answered."""

import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import msgspec

from bowerbird.demo.vendors import ACCEPTED, Message, Sender
from bowerbird.errors import BowerbirdError

CONNECTIONS = 16
_TRIES = 50
_PAUSE = 0.2
"""Seconds between two tries to reach a collector: ten seconds in all, which outlast a restart."""
_LONGEST_WAIT = 60.0
_LATER = frozenset((429, 503))


class Sent(msgspec.Struct):
    """What became of all that was sent. Requests by dialect."""

    people: int = 0
    accepted: Counter[str] = msgspec.field(default_factory=Counter)
    repeats: Counter[str] = msgspec.field(default_factory=Counter)
    """Of the accepted ones, those that had been accepted before."""
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    waits: int = 0
    """How often a collector asked for a pause."""
    first_refusal: str = ""

    @property
    def done(self) -> int:
        return self.accepted.total() + self.refused.total()


NOBODY = Message("scribe", {})


class Crowd:
    """People who act at the same time. Each person's requests go one after the other."""

    def __init__(self, url: str, sender: Sender, journeys: Iterator[list[Message]]) -> None:
        self.sent = Sent()
        self.failure: BowerbirdError | None = None
        self._url = urlsplit(url)
        self._sender = sender
        self._journeys = journeys
        self._turn = threading.Lock()
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._act, daemon=True) for _ in range(CONNECTIONS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> bool:
        """Waits at most so long; True when all has been sent. Raises `BowerbirdError` when the collectors are gone."""
        if self.failure is not None:
            raise self.failure
        for thread in self._threads:
            if thread.is_alive():
                thread.join(seconds)
                return False
        return True

    def stop(self) -> None:
        self._ending.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _act(self) -> None:
        line = _Line(self._url, self._ending)
        try:
            self._introduce(line)
            while not self._ending.is_set() and (journey := self._next()) is not None:
                self._travel(line, journey)
        except BowerbirdError as failure:
            self.failure = failure
            self._ending.set()
        finally:
            line.close()

    def _introduce(self, line: "_Line") -> None:
        """Returns when the collector at the other end knows the key, which may be a moment old."""
        request = self._sender.address(NOBODY)
        for _ in range(_TRIES):
            if line.post(request.path, b"", dict(request.headers)).status != 401 or self._ending.wait(_PAUSE):
                return
        raise BowerbirdError("the collector does not know this key", "Make one with `bowerbird key create`.")

    def _next(self) -> list[Message] | None:
        with self._turn:
            journey = next(self._journeys, None)
            self.sent.people += journey is not None
            return journey

    def _travel(self, line: "_Line", journey: list[Message]) -> None:
        before: Message | None = None
        for message in journey:
            if self._ending.is_set():
                return
            answer = self._deliver(line, message)
            with self._turn:
                self._count(message, answer, message is before)
            before = message

    def _deliver(self, line: "_Line", message: Message) -> "_Answer":
        request = self._sender.address(message)
        while True:
            answer = line.post(request.path, request.body, dict(request.headers))
            if answer.status not in _LATER or self._ending.wait(min(answer.retry_after, _LONGEST_WAIT)):
                return answer
            with self._turn:
                self.sent.waits += 1

    def _count(self, message: Message, answer: "_Answer", repeat: bool) -> None:
        sent, dialect = self.sent, message.dialect
        if answer.status in ACCEPTED:
            sent.accepted[dialect] += 1
            sent.repeats[dialect] += repeat
        else:
            sent.refused[dialect] += 1
            sent.first_refusal = sent.first_refusal or f"{dialect}: {answer.status} {answer.text}"


class _Answer(NamedTuple):
    status: int
    retry_after: float
    text: str


class _Line:
    """A connection that is made anew when it breaks."""

    def __init__(self, url: SplitResult, ending: threading.Event) -> None:
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        self._http: HTTPConnection = kind(url.hostname or "", url.port, timeout=30)
        self._ending = ending

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> _Answer:
        for _ in range(_TRIES):
            try:
                self._http.request("POST", path, body, headers)
                answer = self._http.getresponse()
                text = answer.read()
                wait = float(answer.getheader("Retry-After") or 1)
                return _Answer(answer.status, wait, text.decode("utf-8", "replace"))
            except (OSError, HTTPException) as error:
                self._http.close()
                trouble = error
                if self._ending.wait(_PAUSE):
                    break
        where = f"{self._http.host}:{self._http.port}"
        raise BowerbirdError(f"the collector at {where} does not answer: {trouble}", "Is `bowerbird serve` running?")

    def close(self) -> None:
        self._http.close()
