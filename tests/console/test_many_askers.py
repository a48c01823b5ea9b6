"""Slow questions, and a processor at work, hold up neither probes nor anybody else."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Any

import httpx
import pytest

from bowerbird.console.api import health
from bowerbird.insights import turns
from bowerbird.insights.ask import Insights

MANY = 50
"""More than there are threads for ordinary requests."""
_ASK = "/api/v1/insights/trend"
_SEGMENT = {"condition": {"in_segment": "nobody's"}}


class Slow:
    """Questions that last until `end` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.end = threading.Event()
        self.running = threading.Semaphore(0)
        monkeypatch.setattr(Insights, "ask", self._ask)

    def _ask(self, *_: Any) -> None:
        self.running.release()
        assert self.end.wait(30)


@pytest.fixture
def slow(house: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow(monkeypatch)
    yield made
    made.end.set()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(MANY) as made:
        yield made


@pytest.fixture
def many(house: Any) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=house.url, headers=house.http.headers, timeout=30, limits=httpx.Limits(max_connections=None)
    ) as http:
        yield http


def test_slow_questions_leave_everything_else_alone(
    house: Any, many: httpx.Client, slow: Slow, threads: ThreadPoolExecutor
) -> None:
    asked = [threads.submit(many.post, _ASK, json={}) for _ in range(MANY)]
    refused = [one.result(20) for one in _first(asked, MANY - turns.AT_ONCE - turns.LINE)]
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.headers["Retry-After"] for answer in refused} == {"5"}
    assert {answer.json()["error"]["code"] for answer in refused} == {"unavailable"}
    assert house.http.get("/healthz").status_code == 200
    assert house.http.get("/readyz").status_code == 200
    assert house.http.get("/metrics").status_code == 200
    assert house.get("/events") == {"events": [], "next": None}
    slow.end.set()
    assert all(one.result(20).status_code for one in asked)


def test_a_question_waits_so_long_for_its_turn(
    house: Any, many: httpx.Client, slow: Slow, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = [threads.submit(many.post, _ASK, json={}) for _ in range(turns.AT_ONCE)]
    for _ in running:
        assert slow.running.acquire(timeout=20)
    monkeypatch.setattr("bowerbird.console.api.insights.PATIENCE", 0.01)
    late = many.post(_ASK, json={})
    assert (late.status_code, late.headers["Retry-After"]) == (503, "5")
    csv = many.post("/api/v1/insights/segment/csv", json=_SEGMENT)
    assert csv.status_code == 503
    slow.end.set()
    for one in running:
        one.result(20)


def test_whoever_hangs_up_leaves_the_line(house: Any, slow: Slow, threads: ThreadPoolExecutor) -> None:
    with house.client("admin-key-of-default") as http:
        running = [threads.submit(http.post, _ASK, json={}) for _ in range(turns.AT_ONCE)]
        for _ in running:
            assert slow.running.acquire(timeout=20)
        with pytest.raises(httpx.ReadTimeout):
            house.http.post(_ASK, json={}, timeout=0.2)
        deadline = time.monotonic() + 20
        while house.sources.insights.turns._lines:
            assert time.monotonic() < deadline, "the line is not left"
            time.sleep(0.01)
        slow.end.set()
        for one in running:
            one.result(20)
    assert not slow.running.acquire(blocking=False)


def test_probes_do_not_wait_for_the_processor(
    house: Any, many: httpx.Client, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_PATIENCE", 0.5)
    end = threading.Event()
    busy = threads.submit(house.engine._ask, lambda: end.wait(30))
    try:
        house.append(house.event())
        scrapes = [threads.submit(many.get, "/metrics") for _ in range(MANY - 1)]
        assert all("bowerbird_lag_events 1.0" in one.result(20).text for one in scrapes)
        while house.engine.silence() < health._PATIENCE:
            time.sleep(0.01)
        threads_before = threading.active_count()
        assert {many.get("/readyz").status_code for _ in range(5)} == {503}
        assert threading.active_count() <= threads_before
        assert house.engine._jobs.empty()
        assert many.get("/healthz").status_code == 200
    finally:
        end.set()
    assert busy.result(20)
    while many.get("/readyz").status_code == 503:
        pass


def _first(futures: list["Future[httpx.Response]"], count: int) -> list["Future[httpx.Response]"]:
    done = as_completed(futures, timeout=20)
    return [next(done) for _ in range(count)]
