"""The balance beside a running processor, and when something is really missing."""

import threading
from typing import Any

from bowerbird.audit.balance import balance
from bowerbird.clock import FixedClock
from bowerbird.event import Position
from bowerbird.eventlog.memory import MemoryLog
from bowerbird.warehouse.base import Row
from bowerbird.warehouse.memory import MemoryWarehouse


def _of(house: Any) -> dict[str, Any]:
    return balance(house.log, house.state.applied, house.warehouse).document()


def test_nothing_balances() -> None:
    taken = balance(MemoryLog(FixedClock(0)), dict, MemoryWarehouse()).document()
    assert (taken["accepted"], taken["balanced"], taken["dialects"], taken["workspaces"]) == (0, True, {}, {})


def test_every_outcome_has_its_place(house: Any) -> None:
    house.send(
        house.event(user_id="u1"),
        house.event(dedupe_key="a"),
        house.event(dedupe_key="a"),
        house.event("$identify", kind="identify", user_id="u1", stored=False),
        house.event(dialect="klaviyo", workspace="other"),
    )
    taken = _of(house)
    assert taken["balanced"]
    assert {place: taken[place] for place in ("accepted", "stored", "duplicate", "identify_only")} == {
        "accepted": 5,
        "stored": 3,
        "duplicate": 1,
        "identify_only": 1,
    }
    assert taken["dialects"]["klaviyo"]["accepted"] == 1
    assert taken["workspaces"]["other"]["dialects"] == {"klaviyo": taken["dialects"]["klaviyo"]}
    assert taken["workspaces"]["default"]["accepted"] == 4


def test_what_waits_in_the_log_is_pending(house: Any) -> None:
    house.send(house.event())
    house.engine.stop()
    house.append(house.event(), house.event(dialect="octeth"))
    taken = _of(house)
    assert (taken["accepted"], taken["stored"], taken["pending"], taken["balanced"]) == (3, 1, 2, True)
    assert taken["dialects"]["octeth"]["pending"] == 1


def test_erased_events_stay_accounted_for(house: Any) -> None:
    event = house.event(user_id="u1")
    house.send(event, house.event(user_id="u2"))
    person = house.get("/people", user_id="u1")["people"][0]["person_id"]
    assert house.engine.erase("default", person) == 1
    taken = _of(house)
    assert (taken["erased"], taken["stored"], taken["balanced"]) == (1, 1, True)


def test_a_missing_event_shows(house: Any) -> None:
    house.send(house.event(), house.event(dialect="klaviyo"))
    house.warehouse.clear()
    taken = _of(house)
    assert not taken["balanced"]
    assert not taken["dialects"]["scribe"]["balanced"]
    assert not taken["workspaces"]["default"]["balanced"]


def test_a_surplus_in_one_dialect_does_not_make_up_for_a_lack_in_another(house: Any) -> None:
    house.engine.stop()
    event = house.event()
    house.append(event)
    moved = house.event(dialect="klaviyo")
    house.warehouse.write([house.warehouse.pack([Row(Position(0, 1, 0), moved, "stored")])], {0: 1})
    taken = balance(house.log, lambda: {0: 1}, house.warehouse).document()
    assert taken["accepted"] == taken["stored"] == 1
    assert not taken["balanced"]


def test_rows_that_nobody_could_read_count_for_those_who_lack_them(house: Any) -> None:
    house.engine.stop()
    house.append(house.event(), house.event(dialect="klaviyo"))
    rows = [
        Row(Position(0, 1, 0), house.event(workspace="", dialect=""), "quarantined"),
        Row(Position(0, 1, 1), house.event(dialect="klaviyo"), "stored"),
    ]
    house.warehouse.write([house.warehouse.pack(rows)], {0: 1})
    taken = balance(house.log, lambda: {0: 1}, house.warehouse).document()
    assert taken["balanced"]
    assert taken["dialects"]["scribe"]["quarantined"] == 1
    assert list(taken["workspaces"]) == ["default"]


def test_unreadable_rows_do_not_hide_a_loss(house: Any) -> None:
    house.engine.stop()
    house.append(house.event(), house.event())
    house.warehouse.write(
        [house.warehouse.pack([Row(Position(0, 1, 0), house.event(workspace="", dialect=""), "quarantined")])], {0: 1}
    )
    assert not balance(house.log, lambda: {0: 1}, house.warehouse).balanced


def test_every_balance_taken_while_events_stream_in_balances(house: Any) -> None:
    done = threading.Event()

    def write() -> None:
        for number in range(150):
            house.append(*[house.event(dedupe_key=str(number % 7), user_id=f"u{number % 5}") for _ in range(5)])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    taken = []
    while not done.is_set() or len(taken) < 10:
        taken.append(house.get("/audit"))
    writer.join()
    assert all(one["balanced"] for one in taken), next(one for one in taken if not one["balanced"])
    house.send(house.event())
    assert house.get("/audit")["accepted"] == 751


def test_balances_taken_across_a_replay_balance(house: Any) -> None:
    house.send(*[house.event(user_id=f"u{number % 9}") for number in range(300)])
    assert house.http.post("/api/v1/replay").json() == {"events": 300}
    while (taken := house.get("/audit"))["pending"]:
        assert taken["balanced"], taken
    assert taken["balanced"]
    assert taken["stored"] == 300
