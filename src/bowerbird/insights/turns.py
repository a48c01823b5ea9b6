"""Who may ask when: so many questions at a time, and a line for the others."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

from bowerbird.errors import BusyError
from bowerbird.insights.base import Stop

AT_ONCE = 4
"""Questions that run at a time."""
LINE = 32
"""Questions of one asker that wait for their turn; a further one is refused."""
LINES = 128
"""Questions of all askers that wait."""


class Turn:
    """A place in the line, until it is left."""

    def __init__(self, turns: "Turns", by: str) -> None:
        self.by = by
        self.come: Future[bool] = Future()
        """Whether the turn has come; False once the line is left before that."""
        self._turns = turns

    def leave(self) -> None:
        """Ends the turn, or gives the place in the line up. Repeats change nothing."""
        self._turns.leave(self)


class Turns:
    """Askers get their turns one after the other, however many questions each of them has in the line. Safe from any
    thread; waiting takes none."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.threads = ThreadPoolExecutor(at_once, "question")
        """For those whose turn it is."""
        self._lock = Lock()
        self._free = at_once
        self._taken: set[Turn] = set()
        self._lines: dict[str, deque[Turn]] = {}
        """By asker, in the order in which they come; none is empty."""

    def line_up(self, by: str, *, bounded: bool = True) -> Turn:
        """`by`: the asker. Raises `BusyError` where `bounded` and the line is full."""
        turn = Turn(self, by)
        with self._lock:
            if not self._free and bounded:
                self._check(by)
            self._lines.setdefault(by, deque()).append(turn)
            self._pass_on()
        return turn

    def close(self) -> None:
        """Waits for nobody: questions under way end by themselves."""
        self.threads.shutdown(wait=False)

    def leave(self, turn: Turn) -> None:
        with self._lock:
            if turn in self._taken:
                self._taken.remove(turn)
                self._free += 1
                self._pass_on()
            elif turn in self._lines.get(turn.by, ()):
                self._out(turn)
                if turn.come.set_running_or_notify_cancel():
                    turn.come.set_result(False)

    @contextmanager
    def taken(self, by: str, stop: Stop) -> Iterator[None]:
        """A turn, for whoever has a thread to wait in: for as long as the question may take. Raises `BusyError`, and
        `QuestionStoppedError` when the question ends first."""
        turn = self.line_up(by)
        try:
            with stop.interrupting(turn.leave), _refusing():
                turn.come.result(stop.seconds)
            yield
        finally:
            turn.leave()

    def _check(self, by: str) -> None:
        if len(self._lines.get(by, ())) >= LINE or sum(map(len, self._lines.values())) >= LINES:
            raise refused()

    def _pass_on(self) -> None:
        while self._free and self._lines:
            turn = next(iter(self._lines.values()))[0]
            self._out(turn)
            if turn.by in self._lines:  # who has more comes after the others
                self._lines[turn.by] = self._lines.pop(turn.by)
            if turn.come.set_running_or_notify_cancel():
                self._free -= 1
                self._taken.add(turn)
                turn.come.set_result(True)

    def _out(self, turn: Turn) -> None:
        line = self._lines[turn.by]
        line.remove(turn)
        if not line:
            del self._lines[turn.by]


def refused() -> BusyError:
    return BusyError("too many questions wait for their turn", "Ask again in a while, and fewer at a time.")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise refused() from None
