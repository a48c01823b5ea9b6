"""Whatever the batches, and wherever the process dies: the same people, the same rows, the same counts."""

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bowerbird.clock import SECOND
from bowerbird.errors import NotFoundError
from bowerbird.event import Event
from bowerbird.processor import operations, people, quarantine, steps, worker
from bowerbird.processor.batch import Batch, Item
from bowerbird.state import sql, statements, upkeep
from bowerbird.state.seen import MemorySeen

WATCHED = {module.__file__ for module in (worker, steps, people, quarantine, operations, sql, statements, upkeep)}
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
History = list[list[dict[str, Any]]]
histories = st.lists(st.lists(facts, min_size=1, max_size=3), min_size=1, max_size=10)


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, and nothing runs after it but what a rollback does."""


def killed_at(countdown: int, line: Any, run: Callable[[], object]) -> bool:
    """Runs until the so-manyth line of the processor or its state, and dies there: what was not on disk is gone.
    Returns whether it came to that."""
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
        line.seen.crash()
        line.engine.raw_connection().rollback()
        return True
    finally:
        sys.settrace(before)
    return False


def build(line: Any, history: History) -> list[list[Event]]:
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
        conflicts = sorted((each.event_id, each.other_id, each.value, each.resolution) for each in person.conflicts)
        people_seen[person_id] = (identifiers, person.traits, person.accounts, person.aliases, merges, conflicts)
    catalog = [(each.name, each.property, each.type, each.count) for each in line.catalog.catalog("default")]
    return stored, people_seen, catalog, line.outcomes(), line.operations.upkeep.quarantined(None)


class Gathering(MemorySeen):
    """Keys that are on disk only when they were synced, as the real ones."""

    def __init__(self) -> None:
        super().__init__()
        self.synced = dict(self.keys)

    def put(self, keys: Any) -> bool:
        super().put(keys)
        return len(self.keys) >= len(self.synced) + 3

    def sync(self) -> bool:
        self.synced = dict(self.keys)
        return True

    def crash(self) -> None:
        self.keys = dict(self.synced)


@pytest.fixture(autouse=True)
def small_handfuls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch falls into several, so that later ones meet what earlier ones changed."""
    monkeypatch.setattr(worker, "HANDFUL", 3)


@pytest.fixture
def lines(make_line: Any, engines: Any) -> Any:
    """People come and go from the cache all the time, unless more are `cached`."""
    return lambda batch_events, cached=4: make_line(batch_events, seen=Gathering(), engine=engines(), cached=cached)


def expected(lines: Any, rows: list[list[Event]]) -> Any:
    calm = lines(1, 1000)
    calm.append(*rows)
    calm.run()
    assert sum(calm.outcomes().values()) == sum(map(len, rows))
    return truth(calm)


@relaxed
@given(history=histories, batch_events=st.integers(2, 40))
def test_batches_and_replays_change_nothing(lines: Any, history: History, batch_events: int) -> None:
    line = lines(batch_events)
    rows = build(line, history)
    line.append(*rows)
    line.run()
    once = truth(line)
    assert once == expected(lines, rows)
    assert line.operations.replay() == sum(map(len, history))
    line.run()
    assert truth(line) == once


@relaxed
@given(history=histories, batch_events=st.integers(1, 40), deaths=st.lists(st.integers(1, 900), min_size=1, max_size=4))
def test_dying_at_any_line_changes_nothing(lines: Any, history: History, batch_events: int, deaths: list[int]) -> None:
    line = lines(batch_events)
    rows = build(line, history)
    line.append(*rows)
    for countdown in deaths:
        if killed_at(countdown, line, line.run):
            killed_at(countdown // 2 + 1, line, line.start)
            line.start()
    line.run()
    assert truth(line) == expected(lines, rows)


@relaxed
@given(history=histories, countdown=st.integers(1, 200))
def test_a_replay_that_dies_changes_nothing(lines: Any, history: History, countdown: int) -> None:
    line = lines(7)
    rows = build(line, history)
    line.append(*rows)
    line.run()
    once = truth(line)
    if killed_at(countdown, line, line.operations.replay):
        line.start()
    line.run()
    assert truth(line) == once


def sick(item: Item, _batch: Batch) -> None:
    """A step with a fault, after all others."""
    if item.event.name == "sick":
        raise ValueError("feels sick")


some_sick = st.tuples(facts, st.sampled_from(["seen", "sick"])).map(lambda drawn: {**drawn[0], "name": drawn[1]})
sick_histories = st.lists(st.lists(some_sick, min_size=1, max_size=3), min_size=1, max_size=8)


def use(line: Any, *more: steps.Step) -> None:
    """Another version of the steps, from a restart on."""
    line.steps = (*steps.STEPS, *more)
    line.start()


@pytest.fixture
def sickened(lines: Any) -> Any:
    """A line that has processed the rows, with what is sick in quarantine."""

    def make(rows: list[list[Event]]) -> Any:
        line = lines(5)
        use(line, sick)
        line.append(*rows)
        line.run()
        return line

    return make


@relaxed
@given(history=sick_histories, countdown=st.integers(1, 400))
def test_a_retry_that_dies_changes_nothing(lines: Any, sickened: Any, history: History, countdown: int) -> None:
    rows = build(lines(1), history)
    line, calm = sickened(rows), sickened(rows)
    for each in (line, calm):
        use(each)
    calm.retry()
    if killed_at(countdown, line, line.retry):
        killed_at(countdown // 2 + 1, line, line.start)
        line.start()
    line.retry()
    assert truth(line) == truth(calm)
    repeats = [[event for event in row if event.dedupe_key] for row in build(lines(1), history)]
    for each in (line, calm):
        each.append(*filter(None, repeats))
        each.run()
    assert truth(line) == truth(calm)


@relaxed
@given(history=sick_histories, countdown=st.integers(1, 900))
def test_what_was_stored_as_quarantined_is_in_quarantine_even_for_a_version_that_could(
    lines: Any, history: History, countdown: int
) -> None:
    line = lines(5)
    use(line, sick)
    line.append(*build(line, history))
    killed_at(countdown, line, line.run)
    use(line)
    assert {*line.operations.upkeep.quarantined(None)} == line.warehouse.quarantined({})
    line.run()
    line.retry()
    assert line.operations.upkeep.quarantined(None) == []
    assert "quarantined" not in line.outcomes()
    assert sum(line.outcomes().values()) == sum(map(len, history))


@relaxed
@given(history=sick_histories, countdown=st.integers(1, 300))
def test_an_erasure_that_dies_is_finished_by_asking_again(
    lines: Any, sickened: Any, history: History, countdown: int
) -> None:
    rows = build(lines(1), [*history, [{"user_id": "ada"}]])
    line, calm = sickened(rows), sickened(rows)
    [ada] = line.people.find("default", {"user_id": "ada"})
    calm.operations.erase("default", ada)
    if killed_at(countdown, line, lambda: line.operations.erase("default", ada)):
        line.start()
        with suppress(NotFoundError):
            line.operations.erase("default", ada)
    assert truth(line) == truth(calm)
    assert line.log.read({}, 1 << 60) == calm.log.read({}, 1 << 60)


RICH: History = [
    [{"anonymous_id": "x", "properties": {"n": 1}}, {"email": "a@x.io", "dedupe_key": "k", "traits": {"plan": "free"}}],
    [{"email": "a@x.io", "anonymous_id": "x", "traits": {"plan": "pro"}, "account_id": "acme"}],
    [{"user_id": "ada", "email": "a@x.io", "dedupe_key": "p", "dedupe_scope": "person"}],
    [{"user_id": "bob", "anonymous_id": "x", "email": "a@x.io"}, {"anonymous_id": "x", "dedupe_key": "k"}],
    [{"phone": "+1", "dedupe_key": "q"}, {"user_id": "bob", "phone": "+1", "stored": False, "dedupe_key": "q"}],
    [{"user_id": "bob", "phone": "+1", "dedupe_key": "r"}, {"user_id": "ada", "dedupe_key": "r"}],
    [{"email": "a@x.io", "dedupe_key": "p", "dedupe_scope": "person"}, {"phone": "+1", "dedupe_key": "s"}],
    [{"user_id": "eve", "dedupe_key": "s"}, {"user_id": "eve", "account_id": "umbrella"}],
]
"""Copies, merges, conflicts, a device that changes hands."""

Place = tuple[str, int]


def passed(run: Callable[[], object], stop: Callable[[Place], None]) -> None:
    """Runs, and says of each line in the processor and its state that it is about to be run."""

    def local(frame: FrameType, what: str, _argument: Any) -> Any:
        if what == "line":
            stop((frame.f_code.co_filename, frame.f_lineno))
        return local

    before = sys.gettrace()
    sys.settrace(lambda frame, _what, _argument: local if frame.f_code.co_filename in WATCHED else None)
    try:
        run()
    finally:
        sys.settrace(before)


def die_at(place: Place, time: int, line: Any, run: Callable[[], object]) -> None:
    """Dies where it comes to this place for the so-manyth time, if it does."""
    left = time

    def stop(here: Place) -> None:
        nonlocal left
        left -= here == place
        if left == 0 and here == place:
            raise Killed

    try:
        passed(run, stop)
    except Killed:
        line.seen.crash()
        line.engine.raw_connection().rollback()
    line.start()


def committing(places: dict[Place, None]) -> list[Place]:
    return [place for place in places if place[0] in (worker.__file__, operations.__file__, sql.__file__)]


@pytest.fixture
def places(lines: Any) -> tuple[list[Place], Any]:
    """The lines of committing that the rich history passes, and what it leads to."""
    places: dict[Place, None] = {}
    calm = lines(3)
    calm.append(*build(calm, RICH))
    passed(calm.run, places.setdefault)
    return committing(places), (truth(calm), calm.log)


@pytest.mark.parametrize("time", [1, 2])
def test_dying_at_each_line_of_committing_changes_nothing(lines: Any, places: Any, time: int) -> None:
    passed_by, (once, log) = places
    for place in passed_by:
        line = lines(3)
        line.log = log
        line.start()
        die_at(place, time, line, line.run)
        line.run()
        assert truth(line) == once, place


def test_dying_at_each_line_of_a_retry_changes_nothing(lines: Any, sickened: Any) -> None:
    names = ("seen", "sick", "sick")
    mixed = [[fields | {"name": names[(at + n) % 3]} for n, fields in enumerate(row)] for at, row in enumerate(RICH)]
    rows = build(lines(1), mixed)
    calm = sickened(rows)
    use(calm)
    places: dict[Place, None] = {}
    passed(calm.retry, places.setdefault)
    once = truth(calm)
    for place in committing(places):
        line = sickened(rows)
        use(line)
        die_at(place, 1, line, line.retry)
        assert {*line.operations.upkeep.quarantined(None)} == line.warehouse.quarantined({}), place
        line.retry()
        assert truth(line) == once, place
