"""Whatever the batches, and wherever the process dies: the same people, the same rows, the same counts."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bowerbird.clock import SECOND
from bowerbird.event import Event
from bowerbird.processor import people, steps, worker
from bowerbird.state import sql

WATCHED = {module.__file__ for module in (worker, steps, people, sql)}
relaxed = settings(
    deadline=None,
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

few = st.sampled_from(["a", "b", "c"])
maybe = st.none() | few
facts = st.fixed_dictionaries(
    {
        "user_id": st.none() | st.sampled_from(["ada", "bob"]),
        "email": maybe,
        "phone": maybe,
        "anonymous_id": maybe,
        "account_id": maybe,
        "dedupe_key": maybe,
        "dedupe_scope": st.sampled_from(["workspace", "person"]),
        "dedupe_ttl": st.none() | st.just(5 * SECOND),
        "stored": st.booleans(),
        "traits": st.dictionaries(few, st.integers(0, 9), max_size=2),
        "properties": st.dictionaries(few, st.integers(-5, 5) | st.text(max_size=3), max_size=2),
    }
)
histories = st.lists(st.lists(facts, min_size=1, max_size=3), min_size=1, max_size=12)


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, and nothing runs after it but what a rollback does."""


def killed_at(countdown: int, run: Callable[[], None]) -> bool:
    """Runs until the so-manyth line of the processor or its state, and dies there. Returns whether it came to that."""
    left = countdown

    def local(_frame: FrameType, what: str, _argument: Any) -> Any:
        nonlocal left
        if what == "line":
            left -= 1
            if left == 0:
                raise Killed
        return local

    def trace(frame: FrameType, _what: str, _argument: Any) -> Any:
        return local if frame.f_code.co_filename in WATCHED else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    except Killed:
        return True
    finally:
        sys.settrace(before)
    return False


def build(line: Any, history: list[list[dict[str, Any]]]) -> list[list[Event]]:
    return [[line.event(**fields) for fields in row] for row in history]


def truth(line: Any) -> Any:
    """Everything that can be seen from outside, in a form that compares."""
    stored = {
        each.event_id: (each.outcome, each.person_id, each.account_id, each.duplicate_of)
        for row in line.log.read({}, 1 << 60)
        for event in worker.decode_each(row.events)
        for each in line.warehouse.find("default", event.event_id)
    }
    people_seen = {}
    for _, person_id in line.people.recent("default", 1000, None):
        person = line.people.person("default", person_id)
        identifiers = sorted((each["kind"], each["value"], each["person_id"]) for each in person.identifiers)
        merges = [(merge.survivor, merge.absorbed, merge.event_id) for merge in person.merges]
        people_seen[person_id] = (identifiers, person.traits, person.accounts, sorted(person.aliases), merges)
    catalog = [(each.name, each.property, each.type, each.count) for each in line.catalog.catalog("default")]
    return stored, people_seen, catalog, line.outcomes()


def expected(make_line: Any, rows: list[list[Event]]) -> Any:
    calm = make_line(batch_events=1)
    calm.append(*rows)
    calm.run()
    return truth(calm)


@relaxed
@given(history=histories, batch_events=st.integers(1, 40))
def test_batches_change_nothing(make_line: Any, history: list[list[dict[str, Any]]], batch_events: int) -> None:
    line = make_line(batch_events)
    rows = build(line, history)
    line.append(*rows)
    line.run()
    assert truth(line) == expected(make_line, rows)


@relaxed
@given(history=histories, batch_events=st.integers(1, 40), deaths=st.lists(st.integers(1, 1500), max_size=4))
def test_dying_at_any_line_changes_nothing(
    make_line: Any, history: list[list[dict[str, Any]]], batch_events: int, deaths: list[int]
) -> None:
    line = make_line(batch_events)
    rows = build(line, history)
    line.append(*rows)
    for countdown in deaths:
        if killed_at(countdown, line.run):
            killed_at(countdown, line.start)
            line.start()
    line.run()
    assert truth(line) == expected(make_line, rows)


@relaxed
@given(history=histories)
def test_a_replay_gives_the_same_again(make_line: Any, history: list[list[dict[str, Any]]]) -> None:
    line = make_line(7)
    line.append(*build(line, history))
    line.run()
    before = truth(line)
    assert line.operations.replay() == sum(map(len, history))
    line.run()
    assert truth(line) == before


@relaxed
@given(history=histories)
def test_every_event_is_accounted_for_once(make_line: Any, history: list[list[dict[str, Any]]]) -> None:
    line = make_line(5)
    line.append(*build(line, history))
    line.run()
    assert sum(line.outcomes().values()) == sum(map(len, history))
