"""What a question is asked of, and what an answer says beside its result."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.errors import QuestionStoppedError

Rows = list[tuple[Any, ...]]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Columns = Mapping[str, Numbers]
"""Arrays of equal length, by the column's name."""


class Stop:
    """Ends a question: after so many seconds, or when somebody cancels it. Safe from any thread."""

    def __init__(self, seconds: float = 30.0) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], None]] = []
        self._reason: str | None = None

    def cancel(self, reason: str = "the question was cancelled") -> None:
        self._end(reason)

    def check(self) -> None:
        """Raises `QuestionStoppedError` once the question has ended."""
        if self._reason is not None:
            raise QuestionStoppedError(self._reason, "Ask for a shorter range, or fewer events.")

    @contextmanager
    def counting(self) -> Iterator[None]:
        """The time limit runs inside of this block."""
        timer = threading.Timer(self.seconds, self._end, [f"the question took longer than {self.seconds:g} s"])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Inside of this block, an end of the question calls `interrupt`; at its end, it raises
        `QuestionStoppedError`."""
        self.check()
        with self._lock:
            self._interrupts.append(interrupt)
        try:
            yield
        finally:
            with self._lock:
                self._interrupts.remove(interrupt)
        self.check()

    def _end(self, reason: str) -> None:
        with self._lock:
            self._reason = self._reason or reason
            for interrupt in self._interrupts:
                interrupt()


class Snapshot(Protocol):
    """The tables of `Tables` as of one moment, for several statements of one thread. Each raises what `Tables.rows`
    does."""

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> Rows: ...

    def columns(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        """In batches, of a statement whose columns are BIGINT and never NULL."""
        ...

    def keep(self, name: str, sql: str, parameters: Mapping[str, Any]) -> None:
        """Makes the statement's rows a table of this name, which later statements of the snapshot see. It lies on
        disk where memory does not do."""
        ...


class Tables(Protocol):
    """The warehouse, as questions see it. Blocking, safe from any thread.

    Tables and views: `hot` and `cold` (see `warehouse/schema.py`: properties are JSON text in the one, VARIANT in the
    other), `cold_people` (`workspace` and `person` of whoever has rows in `cold`), `aliases` (person → root, of people
    who were merged) and `traits` (what events said of people).
    """

    def rows(self, sql: str, parameters: Mapping[str, Any], stop: Stop) -> Rows:
        """Raises `QuestionStoppedError` when the question ends first, and `QuestionInvalidError` for a value that
        the engine cannot use, such as a broken regular expression."""
        ...

    def snapshot(self, stop: Stop) -> AbstractContextManager[Snapshot]:
        """For as long as the block lasts. Raises `QuestionStoppedError` when the question ends within it."""
        ...

    @property
    def threads(self) -> int:
        """How many a question may keep busy."""
        ...


class Freshness(msgspec.Struct, frozen=True):
    """How current an answer is."""

    last_received_at: str | None
    """Receipt of the newest event stored, ISO 8601 UTC; null when the workspace has none."""
    pending_events: int
    """Accepted and not yet readable, in all workspaces."""
    lag_seconds: float
    """Age of the oldest of these."""


class Answer(msgspec.Struct, frozen=True):
    kind: str
    since: str
    """The range as instants, ISO 8601 in the question's time zone: inclusive."""
    until: str
    """Exclusive."""
    timezone: str
    question: Any
    """As it was understood, defaults left out: asked again, it means the same."""
    result: Any
    freshness: Freshness
    took_ms: float
