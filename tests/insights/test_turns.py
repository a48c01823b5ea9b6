"""Who may ask when."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from bowerbird.errors import BusyError, QuestionStoppedError
from bowerbird.insights import turns
from bowerbird.insights.base import Stop
from bowerbird.insights.turns import Turn, Turns


def come(turn: Turn) -> bool:
    return turn.come.done() and turn.come.result()


def test_so_many_at_a_time_and_the_others_in_the_order_in_which_they_came() -> None:
    line = Turns(2)
    first, second, third, fourth = (line.line_up("ada") for _ in range(4))
    assert [come(turn) for turn in (first, second, third, fourth)] == [True, True, False, False]
    second.leave()
    second.leave()
    assert [come(turn) for turn in (third, fourth)] == [True, False]


def test_askers_take_turns_however_much_each_asks() -> None:
    line = Turns(1)
    running = line.line_up("many")
    many = [line.line_up("many") for _ in range(5)]
    one = line.line_up("one")
    running.leave()
    assert come(many[0])
    many[0].leave()
    assert come(one)
    one.leave()
    assert [come(turn) for turn in many[1:]] == [True, False, False, False]


def test_whoever_leaves_the_line_holds_nobody_up() -> None:
    line = Turns(1)
    running, gone, cancelled, last = (line.line_up("ada") for _ in range(4))
    gone.leave()
    assert gone.come.result(0) is False
    cancelled.come.cancel()
    running.leave()
    assert come(last)
    last.leave()
    assert come(line.line_up("ada"))


def test_the_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LINE", 2)
    monkeypatch.setattr(turns, "LINES", 3)
    line = Turns(1)
    for by in ("many", "many", "many"):
        line.line_up(by)
    with pytest.raises(BusyError):
        line.line_up("many")
    line.line_up("other")
    with pytest.raises(BusyError):
        line.line_up("third")
    line.line_up("page", bounded=False)


def test_a_thread_that_waits_for_its_turn_can_be_stopped() -> None:
    line, stop = Turns(1), Stop()
    running = line.line_up("ada")
    with ThreadPoolExecutor(1) as threads:
        waiting: Future[Any] = threads.submit(_take, line, stop)
        stop.cancel()
        with pytest.raises(QuestionStoppedError):
            waiting.result(10)
    running.leave()
    assert _take(line, Stop()) == "asked"


def test_a_thread_waits_no_longer_than_its_question_may_take() -> None:
    line = Turns(1)
    running = line.line_up("ada")
    with pytest.raises(BusyError):
        _take(line, Stop(0.01))
    running.leave()
    assert come(line.line_up("ada"))


def _take(line: Turns, stop: Stop) -> str:
    with line.taken("bob", stop):
        return "asked"
