"""A bad event never stops a good one, and is never lost."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.errors import NotFoundError, WarehouseRejectedError
from bowerbird.event import Position
from bowerbird.eventlog.base import LogRow
from bowerbird.eventlog.codec import encode
from bowerbird.processor import operations
from bowerbird.processor.batch import Batch, Item
from bowerbird.processor.quarantine import Bar
from bowerbird.processor.steps import STEPS
from bowerbird.state.base import Changes


def choke(item: Item, _batch: Batch) -> None:
    """A step with a fault, for events of one name."""
    if item.event.name == "poison":
        raise ValueError("cannot swallow")


POISONED = (*STEPS, choke)


def sick(_item: Item, _batch: Batch) -> None:
    """A step with a fault, for all events."""
    raise ValueError("feels sick")


def test_an_event_that_a_step_cannot_handle_is_quarantined_alone(make_line: Any) -> None:
    line = make_line(steps=POISONED)
    good = [line.event(user_id="ada") for _ in range(5)]
    poison = line.event("poison", user_id="ada", email="ada@example.com", traits={"plan": "pro"}, dedupe_key="k")
    line.append([*good[:2], poison, *good[2:4]], [good[4]])
    line.run()
    assert line.outcomes() == {"stored": 5, "quarantined": 1}
    [entry] = line.catalog.quarantine("default", 10, None)
    assert (entry.event_id, entry.step, entry.reason) == (poison.event_id, "choke", "ValueError: cannot swallow")
    assert msgspec.msgpack.decode(entry.payload, type=type(poison)) == poison


def test_a_quarantined_event_leaves_no_trace(make_line: Any) -> None:
    line = make_line(steps=POISONED)
    line.send(line.event("poison", user_id="ada", traits={"plan": "pro"}, dedupe_key="k", account_id="acme"))
    assert line.people.find("default", {"user_id": "ada"}) == []
    assert line.catalog.catalog("default") == []
    line.send(line.event("fine", user_id="bob", dedupe_key="k"))
    assert line.outcomes() == {"quarantined": 1, "stored": 1}


def test_retry_takes_it_through_the_steps_once_they_can(make_line: Any) -> None:
    line = make_line(steps=POISONED)
    poison = line.event("poison", user_id="ada", properties={"n": 1})
    line.send(poison)
    assert line.retry() == (0, 1)
    line.steps = STEPS
    line.start()
    assert line.operations.quarantined("other", None) == []
    assert line.operations.retry("default", [poison.event_id]) == (1, 0)
    assert line.outcomes() == {"stored": 1}
    assert line.catalog.quarantine("default", 10, None) == []
    [stored] = line.stored()
    assert (stored.event_id, stored.properties, stored.user_id) == (poison.event_id, {"n": 1}, "ada")
    assert line.people.find("default", {"user_id": "ada"}) == [line.person_of(poison)]
    assert line.retry() == (0, 0)


def test_a_handful_is_released_at_once_but_for_those_that_fail_again(make_line: Any) -> None:
    line = make_line(steps=(sick, *STEPS))
    events = [line.event("poison" if n % 3 == 1 else "good", user_id=f"user {n % 4}") for n in range(9)]
    line.append(events)
    line.run()
    assert line.outcomes() == {"quarantined": 9}
    line.steps = POISONED
    line.start()
    commits: list[int] = []
    restore = line.warehouse.restore
    line.warehouse.restore = lambda rows, *learned: (restore(rows, *learned), commits.append(len(rows)))
    assert line.retry() == (6, 3)
    assert line.retry() == (0, 3)
    assert commits == [6]
    assert line.outcomes() == {"stored": 6, "quarantined": 3}
    assert {each.count for each in line.catalog.catalog("default")} == {6}


def test_a_handful_of_which_nobody_can_say_what_does_not_fit_is_released_but_for_that(make_line: Any) -> None:
    line = make_line(steps=(sick, *STEPS))
    line.append([line.event("poison" if n == 3 else "good", user_id="ada") for n in range(7)])
    line.run()
    line.steps = STEPS
    line.start()
    restore = line.warehouse.restore

    def reject(rows: Any, *learned: Any) -> None:
        if any(row.event.name == "poison" for row in rows):
            raise WarehouseRejectedError("does not fit")
        restore(rows, *learned)

    line.warehouse.restore = reject
    assert line.retry() == (6, 1)
    assert line.outcomes() == {"stored": 6, "quarantined": 1}
    assert {each.count for each in line.catalog.catalog("default")} == {6}


def test_what_is_not_in_quarantine_cannot_be_named(make_line: Any) -> None:
    line = make_line(steps=(sick, *STEPS))
    events = [line.event(), line.event(), line.event(workspace="other")]
    line.send(*events)
    first, second, others = (event.event_id for event in events)
    assert line.operations.quarantined("default", [second, first, second]) == [first, second]
    with pytest.raises(NotFoundError, match=others):
        line.operations.quarantined("default", [first, others])


def test_what_does_not_decode_is_quarantined_and_accounted_for(line: Any) -> None:
    good = line.event()
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(line.event()))
    fields[5] = "not a time"
    blob = b"\x92" + msgspec.msgpack.encode(good) + msgspec.msgpack.encode(fields)
    line.processor.process([LogRow(0, 1, 2, blob)])
    assert line.outcomes() == {"stored": 1, "quarantined": 1}
    [entry] = line.catalog.quarantine("default", 10, None)
    assert (entry.event_id, entry.step, entry.dialect) == (fields[1], "decode", "scribe")
    assert line.retry() == (0, 1)


def test_a_row_of_nonsense_is_accounted_for(line: Any) -> None:
    line.processor.process([LogRow(3, 1, 1, b"\x91\xc1")])
    assert line.outcomes() == {"quarantined": 1}


def test_failing_events_cost_two_rounds_however_many_they_are(make_line: Any) -> None:
    tried: list[str] = []

    def count(item: Item, batch: Batch) -> None:
        tried.append(item.event.event_id)
        choke(item, batch)

    line = make_line(steps=(*STEPS, count))
    written: list[int] = []
    write = line.warehouse.write
    line.warehouse.write = lambda packed, *rest: (write(packed, *rest), written.append(sum(map(len, packed))))
    events = [line.event("poison" if n % 3 else "good", user_id=f"user {n % 7}") for n in range(90)]
    line.append(events[:60], *[[event] for event in events[60:]])
    line.run()
    assert line.outcomes() == {"stored": 30, "quarantined": 60}
    assert written == [90]
    assert len(tried) == 90 + 59 + 30, "all of them, the failing ones each by itself, and the good ones"


def shy(item: Item, _batch: Batch) -> None:
    """A step with a fault, for a person's second event of one name."""
    if item.event.name == "shy" and item.decision.root is not None:
        raise ValueError("somebody is there")


def test_an_event_is_not_barred_for_what_another_left_behind(make_line: Any) -> None:
    line = make_line(steps=(*STEPS, choke, shy))
    events = [line.event(name, user_id=user) for name, user in [("poison", "ada"), ("shy", "ada"), ("poison", "eve")]]
    later = [line.event("shy", user_id="bob"), line.event("shy", user_id="bob")]
    line.append([*events, *later])
    line.run()
    quarantined = {entry.event_id for entry in line.catalog.quarantine("default", 10, None)}
    assert quarantined == {events[0].event_id, events[2].event_id, later[1].event_id}
    assert line.outcomes() == {"stored": 2, "quarantined": 3}


class Picky:
    """A warehouse that refuses events of one name, and may be able to say which."""

    def __init__(self, inner: Any, tells: bool) -> None:
        self.inner = inner
        self.tells = tells

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def pack(self, rows: Any) -> Any:
        bad = [row.event.event_id for row in rows if row.event.name == "poison" and row.outcome == "stored"]
        if bad and self.tells:
            raise WarehouseRejectedError("does not fit", dict.fromkeys(bad, "does not fit"))
        return bool(bad), self.inner.pack(rows)

    def write(self, packed: Any, applied: Any, *learned: Any) -> None:
        if any(bad for bad, _ in packed):
            raise WarehouseRejectedError("does not fit", {})
        self.inner.write([each for _, each in packed], applied, *learned)


@pytest.mark.parametrize("tells", [True, False])
def test_what_the_warehouse_refuses_is_quarantined(line: Any, tells: bool) -> None:
    line.warehouse = Picky(line.warehouse, tells)
    line.start()
    poison = line.event("poison", user_id="ada")
    line.append([line.event(user_id="bob")], [poison], [line.event(user_id="eve")])
    line.run()
    assert line.outcomes() == {"stored": 2, "quarantined": 1}
    [entry] = line.catalog.quarantine("default", 10, None)
    assert (entry.event_id, entry.step) == (poison.event_id, "store")
    assert line.people.find("default", {"user_id": "ada"}) == []


def test_what_the_warehouse_names_costs_no_more_than_one_write(line: Any) -> None:
    written: list[int] = []
    write = line.warehouse.write

    def count(packed: Any, applied: Any, *learned: Any) -> None:
        write(packed, applied, *learned)
        written.append(sum(map(len, packed)))

    line.warehouse.write = count
    line.append(*[[line.event(user_id="bob", value=Decimal("1e300") if n % 3 else None)] for n in range(60)])
    line.append([line.event(value=Decimal("-1e200"))])
    line.run()
    assert written == [61]
    assert line.outcomes() == {"stored": 20, "quarantined": 41}
    reasons = [entry.reason for entry in line.catalog.quarantine("default", 100, None)]
    assert sum("1E+300" in reason for reason in reasons) == 40
    assert sum("-1E+200" in reason for reason in reasons) == 1


def test_what_was_quarantined_before_a_crash_is_quarantined_after_it(line: Any) -> None:
    large = line.event("large", user_id="ada", value=Decimal("1e300"))
    line.append([line.event(), large])
    remember = line.state.remember

    def die(_changes: Any) -> None:
        raise KeyboardInterrupt

    line.state.remember = die
    with pytest.raises(KeyboardInterrupt):
        line.run()
    line.state.remember = remember
    line.start()
    line.run()
    assert line.outcomes() == {"stored": 1, "quarantined": 1}
    assert [entry.event_id for entry in line.catalog.quarantine("default", 10, None)] == [large.event_id]
    assert line.people.find("default", {"user_id": "ada"}) == []


def test_what_only_storing_told_before_a_crash_is_in_quarantine_after_it(line: Any) -> None:
    """After the crash the warehouse passes over the row, and no longer tells."""
    whole = line.warehouse
    line.warehouse = Picky(whole, False)
    line.start()
    poison = line.event("poison", user_id="ada", dedupe_key="k")
    line.append([line.event()], [poison], [line.event()])
    remember = line.state.remember

    def die(changes: Any) -> None:
        if changes.quarantined:
            raise KeyboardInterrupt
        remember(changes)

    line.state.remember = die
    with pytest.raises(KeyboardInterrupt):
        line.run()
    line.state.remember = remember
    line.warehouse = whole
    line.start()
    [entry] = line.catalog.quarantine("default", 10, None)
    assert (entry.event_id, entry.step) == (poison.event_id, "store")
    assert "lost" in entry.reason
    line.run()
    assert line.outcomes() == {"stored": 2, "quarantined": 1}
    assert line.people.find("default", {"user_id": "ada"}) == []
    assert line.retry() == (1, 0)
    assert line.outcomes() == {"stored": 3}


def test_a_warehouse_that_refuses_even_the_quarantine_is_a_failure_and_no_endless_loop(line: Any) -> None:
    def refuse(_rows: Any, *_rest: Any) -> None:
        raise WarehouseRejectedError("broken")

    line.warehouse.write = refuse
    line.append([line.event(), line.event()], [line.event()])
    with pytest.raises(WarehouseRejectedError, match="broken"):
        line.run()
    assert line.catalog.quarantine("default", 10, None) == []


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(st.booleans(), min_size=1, max_size=6), max_size=8), batch_events=st.integers(1, 50))
def test_any_mix_of_good_and_bad(make_line: Any, rows: list[list[bool]], batch_events: int) -> None:
    line = make_line(batch_events, POISONED)
    line.append(*[[line.event("poison" if bad else "good", user_id="ada") for bad in row] for row in rows])
    line.run()
    bad = sum(map(sum, rows))
    counted = {"stored": sum(map(len, rows)) - bad, "quarantined": bad}
    assert line.outcomes() == {outcome: count for outcome, count in counted.items() if count}


def test_encode_is_what_the_log_holds(line: Any) -> None:
    event = line.event(user_id="ada")
    line.append([event])
    assert line.log.read({}, 10)[0].events == encode([event])


def test_an_entry_too_deep_to_be_read_stands_in_nobodys_way(line: Any) -> None:
    entry, _ = Bar("attribute", "too deep").quarantine(Position(0, 1, 0), line.event(properties={"a": "here"}))
    payload = entry.payload.replace(b"\xa4here", b"\x91" * 100_000 + b"\x90")
    deep = msgspec.structs.replace(entry, payload=payload)
    line.state.remember(Changes(quarantined=[deep]))
    line.send(line.event(user_id="ada"))
    [person_id] = line.people.find("default", {"user_id": "ada"})
    assert line.operations.held_back("default", person_id) == []
    assert line.retry() == (0, 1)


def test_who_is_named_in_quarantine_is_looked_for_by_the_handful(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "HANDFUL", 2)
    line.send(line.event(user_id="ada"))
    [person_id] = line.people.find("default", {"user_id": "ada"})
    held = [line.event(user_id=who) for who in ("ada", "bob", "ada", "eve", "ada")]
    entries = [Bar("attribute", "sick").quarantine(Position(0, 9, at), event)[0] for at, event in enumerate(held)]
    line.state.remember(Changes(quarantined=entries))
    asked: list[int] = []
    ask = line.operations.upkeep.entries
    line.operations.upkeep.entries = lambda workspace, ids: (asked.append(len(ids)), ask(workspace, ids))[1]
    found = line.operations.held_back("default", person_id)
    assert [each.event_id for each in found] == [held[at].event_id for at in (0, 2, 4)]
    assert asked == [2, 2, 1]
