"""The processor at work in its thread."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bowerbird.errors import BowerbirdError, NotFoundError
from bowerbird.processor import engine
from bowerbird.processor.engine import ProcessorThread


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
    assert thread.lag().events == 0


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
    assert line.outcomes() == {"stored": 1}
    assert next(failures, None) is None
    assert line.people.find("default", {"user_id": "ada"}) == [line.person_of(event)]
    until(lambda: thread.failure is None)


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


def test_lag_tells_how_much_and_how_old(line: Any) -> None:
    waiting = ProcessorThread(line.operations, line.clock)
    line.append([line.event(), line.event()])
    line.clock.advance(10)
    lag = waiting._lag()
    assert (lag.events, lag.seconds) == (2, 11.0)


def test_nobody_waits_for_a_processor_that_has_stopped(line: Any, thread: ProcessorThread) -> None:
    thread.stop()
    with pytest.raises(BowerbirdError, match="stopped"):
        thread.lag()
