"""Which values forms offer for a field."""

from typing import Any

import pytest

from bowerbird.errors import QuestionStoppedError
from bowerbird.insights import offered as module
from bowerbird.insights.base import Stop
from bowerbird.insights.fields import field
from bowerbird.insights.offered import LONGEST, MOST, Wanted, offered
from bowerbird.insights.question import Asking, Moment, zone
from bowerbird.warehouse.tables import DuckTables

DAY = 24 * 60
NOW = 1_775_143_800_000_000


@pytest.fixture
def offer(asked: Any, told: Any) -> Any:
    """The values of a field in a world of (event, minutes before now, properties)."""

    def ask(name: str, *events: tuple[str, float, dict[str, Any]], event: str | None = None, **more: Any) -> list[str]:
        world = told(*((1, name, minutes) for name, minutes, _ in events))
        for row, (_, _, properties) in zip(world.events, events, strict=True):
            row["properties"] = properties
        world.traits = more.get("traits", [])
        asked.fill(world)
        moment = Moment(more.get("workspace", "default"), zone("UTC"), NOW)
        asking = Asking(DuckTables(asked.db.cursor), moment, world.segments.__getitem__, more.get("stop") or Stop())
        return offered(Wanted(field(name), event), asking)

    return ask


def plans(*values: Any, name: str = "signup", minutes: float = 5) -> list[tuple[str, float, dict[str, Any]]]:
    return [(name, minutes, {"plan": value}) for value in values]


def test_the_most_frequent_come_first(offer: Any) -> None:
    events = plans("free", "pro", "pro", "team", "pro", "free", 5, True, None, "")
    assert offer("property:plan", *events) == ["pro", "free", "5", "team", "true"]
    assert offer("property:seats", *events) == []
    assert offer("dialect", *events) == ["scribe"]
    assert offer("property:plan", *events, workspace="nobody's") == []


def test_those_of_the_event_alone(offer: Any) -> None:
    events = plans("pro", "free") + plans("gold", name="bought")
    assert offer("property:plan", *events, event="bought") == ["gold"]
    assert offer("property:plan", *events, event="left") == []
    assert sorted(offer("property:plan", *events)) == ["free", "gold", "pro"]


def test_inside_of_objects(offer: Any) -> None:
    assert offer("property:plan.name", *plans({"name": "pro"}, {"name": "pro"}, "free")) == ["pro"]


def test_only_of_the_last_days(offer: Any) -> None:
    assert offer("property:plan", *plans("new"), *plans("old", "old", minutes=9 * DAY)) == ["new"]


def test_only_of_the_latest_events(offer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 3)
    events = [*plans("older", "older", "older", "older", minutes=60), *plans("new", "new", "newer")]
    assert offer("property:plan", *events) == ["new", "newer"]


def test_so_many_and_so_long_at_most(offer: Any) -> None:
    events = plans("x" * (LONGEST + 1), *(f"v{number:03}" for number in range(MOST + 5)))
    assert offer("property:plan", *events) == [f"v{number:03}" for number in range(MOST)]


def test_traits_of_people(offer: Any) -> None:
    event = "00000000-0000-7000-9000-00000000000"
    told = [
        ("city", "Rome"),
        ("city", "Oslo"),
        ("city", "Rome"),
        ("size", 5),
        ("home", {"town": "Ulm"}),
        ("city", None),
    ]
    traits = [(number, name, value, NOW, f"{event}{number}") for number, (name, value) in enumerate(told, 1)]
    assert offer("trait:city", traits=traits) == ["Rome", "Oslo"]
    assert offer("trait:size", traits=traits) == ["5"]
    assert offer("trait:home.town", traits=traits) == ["Ulm"]
    assert offer("trait:city", traits=traits, workspace="another") == []


def test_it_ends_when_it_is_told_to(offer: Any) -> None:
    stop = Stop()
    stop.cancel()
    with pytest.raises(QuestionStoppedError):
        offer("property:plan", *plans("pro"), stop=stop)
