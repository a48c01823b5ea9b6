"""The processor at work in its thread."""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from bowerbird.errors import BowerbirdError, BusyError, NotFoundError
from bowerbird.eventlog.base import LogRow
from bowerbird.eventlog.codec import encode
from bowerbird.processor import engine
from bowerbird.processor.batch import Batch, Item
from bowerbird.processor.engine import ProcessorThread
from bowerbird.processor.lag import lag_behind
from bowerbird.processor.steps import STEPS
from bowerbird.state.seen import MemorySeen
from bowerbird.warehouse.memory import MemoryWarehouse


@pytest.fixture
def thread(line: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessorThread]:
    monkeypatch.setattr(engine, "RETRY", 0.01)
    running = ProcessorThread(line.operations, line.clock)
    running.start()
    yield running
    running.stop()


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.005)


def test_it_follows_the_log(line: Any, thread: ProcessorThread) -> None:
    line.append([line.event()], [line.event()])
    until(lambda: line.outcomes() == {"stored": 2})


def test_it_tries_again_when_a_store_fails(line: Any, thread: ProcessorThread) -> None:
    failures = iter(["disk full", "disk full"])
    remember = line.processor.state.remember

    def flaky(changes: Any) -> None:
        for failure in failures:
            raise OSError(failure)
        remember(changes)

    line.processor.state.remember = flaky
    event = line.event(user_id="ada")
    line.append([event])
    until(lambda: line.processor.applied == {0: 1})
    until(lambda: thread.failure is None)  # until then it reads the state, whose one connection is this thread's, too
    assert line.outcomes() == {"stored": 1}
    assert next(failures, None) is None
    assert line.people.find("default", {"user_id": "ada"}) == [line.person_of(event)]


def test_a_store_that_keeps_failing_is_told_of_once_and_when_it_is_over(
    line: Any, thread: ProcessorThread, caplog: pytest.LogCaptureFixture
) -> None:
    tries = iter(range(20))
    remember = line.processor.state.remember

    def flaky(changes: Any) -> None:
        for number in tries:
            raise OSError(f"disk full, block {number}")
        remember(changes)

    line.processor.state.remember = flaky
    line.append([line.event()])
    until(lambda: line.processor.applied == {0: 1} and thread.failure is None)
    assert [record.getMessage() for record in caplog.records] == [
        "the batch failed and is tried again: OSError: disk full, block 0",
        "the batch works again, after 20 failures",
    ]
    assert caplog.text.count("Traceback") == 1


def test_what_is_asked_runs_between_batches_and_raises_here(line: Any, thread: ProcessorThread) -> None:
    with pytest.raises(NotFoundError):
        thread.erase("default", "nobody")
    line.append([line.event(user_id="ada")])
    thread.catch_up()
    [person_id] = line.people.find("default", {"user_id": "ada"})
    assert thread.erase("default", person_id) == 1
    assert thread.replay() == 1
    thread.catch_up()
    assert line.outcomes() == {"erased": 1}


def test_an_answer_that_comes_as_time_is_up_is_given(
    line: Any, thread: ProcessorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(Future[Any]):
        late = False

        def result(self, timeout: float | None = None) -> Any:
            answer = super().result(10)
            if timeout is not None and not self.late:
                self.late = True
                raise TimeoutError
            return answer

    monkeypatch.setattr(engine, "Future", Late)
    assert thread.retry("default", None) == (0, 0)


def test_events_that_come_one_by_one_share_a_batch(
    line: Any, thread: ProcessorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "GATHER", 3.0)
    batches: list[int] = []
    process = line.processor.process
    line.processor.process = lambda rows: (batches.append(len(rows)), process(rows))
    line.append([line.event()])
    until(lambda: line.outcomes() == {"stored": 1})
    for _ in range(3):
        line.append([line.event()])
        time.sleep(0.05)
    until(lambda: line.outcomes() == {"stored": 4})
    assert batches == [1, 3]


def test_a_question_does_not_wait_for_events_to_gather(
    line: Any, thread: ProcessorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "GATHER", 600.0)
    line.append([line.event()])
    until(lambda: line.outcomes() == {"stored": 1})
    line.append([line.event()])
    assert thread.held_back("default", "nobody") == []
    until(lambda: line.outcomes() == {"stored": 2})


def test_a_backlog_is_not_kept_waiting(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "GATHER", 600.0)
    line.processor.batch_events = 2
    line.append(*[[line.event(), line.event()] for _ in range(5)])
    running = ProcessorThread(line.operations, line.clock)
    running.start()
    try:
        until(lambda: line.outcomes() == {"stored": 10})
    finally:
        running.stop()


def test_batches_go_on_between_the_handfuls_of_a_retry(make_line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def sick(item: Item, _batch: Batch) -> None:
        if item.event.name == "sick":
            raise ValueError("feels sick")

    line = make_line(steps=(sick, *STEPS))
    line.append([line.event("sick") for _ in range(5)])
    line.run()
    line.steps = STEPS
    line.start()
    monkeypatch.setattr(engine, "HANDFUL", 2)
    stored: list[int] = []
    retry = line.operations.retry

    def note(workspace: str, event_ids: list[str]) -> tuple[int, int]:
        stored.append(line.outcomes().get("stored", 0))
        line.append([line.event()])
        return retry(workspace, event_ids)

    line.operations.retry = note
    thread = ProcessorThread(line.operations, line.clock)
    thread.start()
    try:
        assert thread.retry("default", None) == (5, 0)
    finally:
        thread.stop()
    assert stored == [0, 3, 6], "two retried, and the one that came meanwhile"


def test_lag_tells_how_much_and_how_old(line: Any) -> None:
    line.append([line.event(), line.event()])
    line.clock.advance(10)
    lag = lag_behind(line.processor.log, line.processor.applied, line.clock.now())
    assert (lag.events, lag.seconds) == (2, 11.0)


def test_it_tells_when_it_was_last_between_batches(line: Any) -> None:
    running = ProcessorThread(line.operations, line.clock)
    assert running.silence() == math.inf
    running.start()
    until(lambda: running.silence() < math.inf)
    running.stop()
    assert running.silence() == math.inf


def test_it_refuses_more_acts_than_may_wait(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "JOBS", 1)
    standing = ProcessorThread(line.operations, line.clock)
    standing._jobs.put((lambda: None, Future()))
    with pytest.raises(BusyError):
        standing.replay()
    standing.start()
    until(standing._jobs.empty)
    assert standing.replay() == 0
    standing.stop()


def test_nobody_waits_for_a_processor_that_has_stopped(line: Any, thread: ProcessorThread) -> None:
    thread.stop()
    with pytest.raises(BowerbirdError, match="stopped"):
        thread.replay()


class Flaky:
    """A store of which one method fails once, before or after it did its work."""

    def __init__(self, inner: Any, method: str, *, after: bool) -> None:
        self._inner, self._method, self._after, self.failed = inner, method, after, False

    def __getattr__(self, name: str) -> Any:
        works = getattr(self._inner, name)
        if name != self._method or self.failed:
            return works

        def fail(*arguments: Any) -> None:
            self.failed = True
            if self._after:
                works(*arguments)
            raise OSError("disk full")

        return fail


class Eager(MemorySeen):
    """Keys that are due after every batch."""

    def put(self, keys: Any) -> bool:
        super().put(keys)
        return True


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("store", "method"), [("state", "remember"), ("seen", "sync"), ("state", "synced")])
def test_a_store_that_fails_amid_a_commit_doubles_nothing(
    line: Any, thread: ProcessorThread, store: str, method: str, after: bool
) -> None:
    line.processor.seen = Eager()
    flaky = Flaky(getattr(line.processor, store), method, after=after)
    setattr(line.processor, store, flaky)
    line.append([line.event("bought", user_id="ada", email="a@x.io", dedupe_key="k", properties={"n": 1})])
    line.append([line.event("bought", user_id="bob", email="a@x.io")])
    until(lambda: flaky.failed and line.processor.applied == {0: 2} and thread.failure is None)
    assert line.outcomes() == {"stored": 2}
    assert {each.count for each in line.catalog.catalog("default") if each.property is None} == {2}
    [bob] = line.people.find("default", {"user_id": "bob"})
    assert len(line.people.person("default", bob).conflicts) == 1


class Late(MemoryWarehouse):
    """When its first batch is stored, an older row of another partition comes to light."""

    def __init__(self, surface: Callable[[], None]) -> None:
        super().__init__()
        self.surface = surface

    def write(self, packed: Any, applied: Any, *learned: Any) -> None:
        super().write(packed, applied, *learned)
        self.surface()


def test_what_is_stored_is_remembered_before_what_came_since(line: Any, thread: ProcessorThread) -> None:
    """Were the older row taken first, it would be the first of the two, and the stored one nobody's duplicate."""
    early, late = line.event(dedupe_key="k"), line.event(dedupe_key="k")
    rows = [LogRow(1, 1, 1, encode([late]))]
    log = line.processor.log

    class TwoPartitions:
        def read(self, after: Any, _limit: int, upto: Any = None) -> list[LogRow]:
            end = {0: 1, 1: 1} if upto is None else upto
            return [row for row in rows if after.get(row.partition, 0) < row.offset <= end.get(row.partition, 0)]

        def __getattr__(self, name: str) -> Any:
            return getattr(log, name)

    line.processor.log = TwoPartitions()
    line.processor.warehouse = Late(
        lambda: rows.insert(0, LogRow(0, 1, 1, encode([early]))) if len(rows) == 1 else None
    )
    line.processor.state = Flaky(line.processor.state, "remember", after=False)
    until(lambda: line.processor.applied == {0: 1, 1: 1} and thread.failure is None)
    counts = line.processor.warehouse.counts({0: 1, 1: 1})
    assert {outcome: count for (_, _, outcome), count in counts.items()} == {"stored": 1, "duplicate": 1}


def test_an_operation_that_fails_half_way_leaves_no_half_replay(line: Any, thread: ProcessorThread) -> None:
    line.append([line.event(user_id="ada", dedupe_key="k")])
    until(lambda: line.outcomes() == {"stored": 1})
    line.processor.seen = Flaky(line.processor.seen, "clear", after=False)
    with pytest.raises(OSError, match="disk full"):
        thread.replay()
    line.append([line.event(user_id="bob"), line.event(user_id="ada", dedupe_key="k")])
    until(lambda: line.outcomes() == {"stored": 2, "duplicate": 1})
    assert len(line.people.find("default", {"user_id": "ada"})) == 1


class Panic(BaseException):
    """What a broken extension module raises."""


@pytest.mark.parametrize("failure", [OSError("invalid database"), Panic()])
def test_it_asks_for_a_new_process_when_it_cannot_go_on(
    line: Any, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail() -> None:
        raise failure

    monkeypatch.setattr(engine, "RETRY", 0.0)
    monkeypatch.setattr(line.processor, "run_once", fail)
    asked: list[bool] = []
    thread = ProcessorThread(line.operations, line.clock, give_up=lambda: asked.append(True))
    thread.start()
    until(lambda: asked == [True])
    thread.stop()
