"""The processor at work: a thread that follows the log, and what an operator may do between two batches."""

import logging
import math
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from bowerbird.clock import SECOND, Clock
from bowerbird.errors import BowerbirdError, BusyError, ConflictError, NotFoundError
from bowerbird.priority import step_back
from bowerbird.processor.complaints import Complaints
from bowerbird.processor.operations import Operations
from bowerbird.processor.worker import HANDFUL
from bowerbird.state.base import QuarantineEntry

T = TypeVar("T")
Job = tuple[Callable[[], Any], Future[Any]]

IDLE = 0.02
"""Seconds between two looks at a log that had nothing new."""
GATHER = 0.2
"""Seconds from one batch to the next while events come in, so that many share a commit: at 3,000 a second, one batch
after the other would take a whole core, and these take a fifth of it."""
RETRY = 1.0
"""Seconds until another try after a store failed."""
PATIENCE = 60
"""Failures in a row until another process may try: a store that is beyond recovery in this one may open in the next."""
JOBS = 16
"""Acts that wait for the processor; a further one is refused. Each holds a thread of whoever asks."""
_HOUSEKEEPING = 60 * SECOND

logger = logging.getLogger(__name__)


class ProcessorThread:
    """Follows the log in a thread of its own; what is asked of it runs there too, between two batches."""

    def __init__(
        self, operations: Operations, clock: Clock, keep: int | None = None, give_up: Callable[[], None] | None = None
    ) -> None:
        """`keep`: µs for which closed log segments are kept once processed; None: for ever. `give_up`: asks for a new
        process, when this one has failed for long, or cannot go on at all."""
        self.operations = operations
        self.processor = operations.processor
        self.clock = clock
        self.keep = keep
        self.give_up = give_up or (lambda: None)
        self.failure: str | None = None
        """Why the last batch failed; None when it did not."""
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._live, name="processor"),
            threading.Thread(target=self._move, name="warehouse-mover"),
        ]
        self._tidied_at = 0
        self._recovered = False
        self._heard: float | None = None
        """`time.monotonic()` of when the thread was last between two batches."""

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns when the batch at hand is done."""
        self._stopping.set()
        self._jobs.put((lambda: None, Future()))  # ends a wait
        for thread in self._threads:
            thread.join()
        self._run_jobs(0)

    def catch_up(self, seconds: float = 20.0) -> None:
        """Returns when everything logged by now is processed, or when time is up."""
        deadline = time.monotonic() + seconds
        heads = self._ask(self.processor.log.heads)
        while self._ask(lambda: bool(self.processor.log.read(self.processor.applied, 1, heads))):
            if time.monotonic() > deadline:
                return
            time.sleep(IDLE)

    def unmerge(self, workspace: str, person_id: str) -> tuple[str, str]:
        return self._act(lambda: self._ready().unmerge(workspace, person_id))

    def erase(self, workspace: str, person_id: str) -> int:
        return self._act(lambda: self._ready().erase(workspace, person_id))

    def held_back(self, workspace: str, person_id: str) -> list[QuarantineEntry]:
        return self._act(lambda: self._ready().held_back(workspace, person_id))

    def retry(self, workspace: str, event_ids: list[str] | None) -> tuple[int, int]:
        """A handful at a time: batches go on between them."""
        waiting = self._act(lambda: self._ready().quarantined(workspace, event_ids))
        handfuls = [waiting[at : at + HANDFUL] for at in range(0, len(waiting), HANDFUL)]
        tried = [self._retry(workspace, handful) for handful in handfuls]
        return sum(released for released, _ in tried), sum(stayed for _, stayed in tried)

    def _retry(self, workspace: str, handful: list[str]) -> tuple[int, int]:
        return self._ask(lambda: self._ready().retry(workspace, handful))

    def replay(self) -> int:
        return self._act(self.operations.replay)

    def silence(self) -> float:
        heard = self._heard if self._threads[0].is_alive() else None
        return math.inf if heard is None else time.monotonic() - heard

    def _act(self, question: Callable[[], T]) -> T:
        if self._jobs.qsize() >= JOBS:
            raise BusyError("the processor has much to do already", "Ask again in a while.")
        return self._ask(question)

    def _ask(self, question: Callable[[], T]) -> T:
        answer: Future[T] = Future()
        self._jobs.put((question, answer))
        while True:
            try:
                return answer.result(timeout=1.0)
            except TimeoutError:
                if answer.done():  # with a `TimeoutError` of its own, or just now
                    return answer.result()
                if not self._threads[0].is_alive():
                    raise BowerbirdError(
                        "the processor has stopped", "Is the server shutting down? Try again."
                    ) from None

    def _live(self) -> None:
        step_back()
        try:
            self._follow()
        except BaseException:
            logger.critical("the processor cannot go on", exc_info=True)
            self.give_up()

    def _follow(self) -> None:
        failures = 0
        complaints = Complaints(logger, "the batch")
        while not self._stopping.is_set():
            began = time.monotonic()
            wait = IDLE
            try:
                self._ready()
                if events := self.processor.run_once():
                    is_full = events >= self.processor.batch_events // 2
                    wait = 0 if is_full else max(0, began + GATHER - time.monotonic())
                self._tidy()
                complaints.succeeded()
                self.failure = None
                failures = 0
            except Exception as error:
                complaints.failed(error)
                self.failure = f"{type(error).__name__}: {error}"
                self._recovered = False
                self._stopping.wait(RETRY)
                failures += 1
                if failures == PATIENCE:
                    self.give_up()
            self._heard = time.monotonic()
            self._run_jobs(wait)

    def _ready(self) -> Operations:
        """What a failure left half done is done first: the stores may be ahead of what this process knows."""
        if not self._recovered:
            self.operations.recover()
            self._recovered = True
        return self.operations

    def _run_jobs(self, wait: float) -> None:
        """Runs what was asked by now; waits so long for a first question. Who asks again comes after another batch."""
        try:
            jobs = [self._jobs.get(timeout=wait) if wait else self._jobs.get_nowait()]
        except queue.Empty:
            return
        jobs += [self._jobs.get_nowait() for _ in range(self._jobs.qsize())]
        for question, answer in jobs:
            try:
                answer.set_result(question())
            except (NotFoundError, ConflictError) as error:
                answer.set_exception(error)
            except Exception as error:
                self._recovered = False
                answer.set_exception(error)
            self._heard = time.monotonic()

    def _tidy(self) -> None:
        now = self.clock.now()
        if self.keep is not None and now - self._tidied_at > _HOUSEKEEPING:
            self._tidied_at = now
            self.processor.log.expire(self.processor.applied, now - self.keep)

    def _move(self) -> None:
        step_back()
        complaints = Complaints(logger, "moving rows out of the hot table")
        while not self._stopping.wait(1.0):
            try:
                while self.processor.warehouse.move() and not self._stopping.is_set():
                    pass
                complaints.succeeded()
            except Exception as error:
                complaints.failed(error)
                self._stopping.wait(60 * RETRY)
