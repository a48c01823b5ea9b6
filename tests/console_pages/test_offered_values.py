"""Values that are kept for forms: for a minute, and not too many."""

import asyncio
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from bowerbird.clock import FixedClock
from bowerbird.console.pages import offered_values
from bowerbird.console.pages.asking import offering
from bowerbird.console.pages.offered_values import OfferedValues
from bowerbird.insights.base import Stop
from bowerbird.insights.fields import field
from bowerbird.insights.offered import Wanted
from bowerbird.insights.turns import Turns

PLAN = Wanted(field("property:plan"))


class Told:
    """`Insights` that counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def offered(self, workspace: str, wanted: Wanted, stop: Stop) -> list[str]:
        self.times += 1
        return [workspace, str(self.times)]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(1_000_000_000)


@pytest.fixture
def values(clock: FixedClock) -> OfferedValues:
    told: Any = Told()
    return OfferedValues(told, clock)


def test_they_are_kept_for_a_minute(values: OfferedValues, clock: FixedClock) -> None:
    assert values.kept("default", PLAN) is None
    values.find("default", PLAN, Stop())
    assert values.kept("default", PLAN) == ["default", "1"]
    assert values.kept("acme", PLAN) is None, "a workspace sees its own alone"
    assert values.kept("default", PLAN._replace(event="signup")) is None
    clock.advance(60)
    assert values.kept("default", PLAN) is None


def test_the_oldest_make_room(values: OfferedValues, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered_values, "_MOST", 2)
    for event in ("a", "b", "a", "c"):
        values.find("default", PLAN._replace(event=event), Stop())
    kept = [event for event in ("a", "b", "c") if values.kept("default", PLAN._replace(event=event))]
    assert kept == ["a", "c"]


def test_who_goes_on_is_looked_for_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    began, ended = Event(), Event()

    def find(_workspace: str, _wanted: Wanted, stop: Stop) -> list[str]:
        began.set()
        with stop.interrupting(ended.set):
            ended.wait(30)
        return ["too late"]

    turns = Turns()
    page: Any = SimpleNamespace(
        workspace="default",
        who="session:ana",
        visitor=SimpleNamespace(can=lambda _: True),
        sources=SimpleNamespace(insights=SimpleNamespace(turns=turns)),
        desk=SimpleNamespace(values=SimpleNamespace(kept=lambda *_: None, find=find)),
    )
    shown: list[object] = []
    place: Any = SimpleNamespace(is_deleted=True)
    monkeypatch.setattr(offering._Offered, "_show", lambda _, wanted, values: shown.append((wanted, values)))
    monkeypatch.setattr(offering.background_tasks, "create", lambda work, **_: asyncio.ensure_future(work))

    async def visit() -> None:
        field = offering._Offered(page, place, lambda: ("property:plan", None))
        field.look()
        assert await asyncio.to_thread(began.wait, 30)
        field.stop()
        assert await asyncio.to_thread(ended.wait, 30)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.gather(*others)

    asyncio.run(visit())
    turns.close()
    assert shown == [(PLAN, [])], "what had been shown before is gone, and nothing comes"
