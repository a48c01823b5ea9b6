"""Where is my event: one test for each thing that can have become of it."""

from typing import Any

import msgspec

from bowerbird.clock import SECOND
from bowerbird.event import Position
from bowerbird.processor.quarantine import Bar
from bowerbird.state.base import Changes


def _steps(house: Any, event_id: str) -> dict[str, Any]:
    (found,) = house.get(f"/events/{event_id}/trace")["found"]
    return {step["step"]: step for step in found["steps"]}


def test_the_key_is_named_by_its_label(house: Any) -> None:
    event = house.event("purchase")
    house.append(event)
    assert _steps(house, event.event_id)["accepted"]["text"].endswith("with key key_1")
    house.registry.label("key_1", "Shop")
    assert _steps(house, event.event_id)["accepted"]["text"].endswith("with key Shop (key_1)")


def test_a_stored_event(house: Any) -> None:
    event = house.event("purchase", user_id="u1", source_id="ord 1/2")
    house.send(event)
    answer = house.get("/events/ord 1%2F2/trace")
    assert answer["found"][0]["event_id"] == event.event_id
    assert answer["found"][0]["outcome"] == "stored"
    steps = _steps(house, event.event_id)
    assert list(steps) == ["accepted", "logged", "stored", "person"]
    assert steps["accepted"]["facts"]["key_id"] == "key_1"
    assert steps["accepted"]["at"] == "2026-09-21T14:13:21.000000Z"
    assert steps["logged"]["facts"] == {"partition": 0, "offset": 1, "index": 0}
    person = house.get("/people", user_id="u1")["people"][0]
    assert steps["person"]["facts"]["person_id"] == person["person_id"]


def test_a_person_is_named_after_merges(house: Any) -> None:
    house.send(house.event(user_id="u1"))
    event = house.event(email="ada@example.com")
    house.send(event)
    house.send(house.event(user_id="u1", email="ada@example.com"))
    facts = _steps(house, event.event_id)["person"]["facts"]
    assert facts["person_id"] == house.get("/people", user_id="u1")["people"][0]["person_id"]
    assert facts["named_as"] != facts["person_id"]


def test_a_duplicate_names_the_first(house: Any) -> None:
    first, second = (house.event(dedupe_key="ord_1", source_id="ord_1") for _ in range(2))
    house.send(first)
    house.send(second)
    facts = _steps(house, second.event_id)["duplicate"]["facts"]
    assert facts["duplicate_of"] == first.event_id
    assert facts["first_at"] == "2026-09-21T14:13:21.000000Z"
    assert [found["outcome"] for found in house.get("/events/ord_1/trace")["found"]] == ["stored", "duplicate"]


def test_an_identify_only_event(house: Any) -> None:
    event = house.event("$identify", kind="identify", user_id="u1", stored=False)
    house.send(event)
    assert "identify_only" in _steps(house, event.event_id)


def test_a_quarantined_event_says_why(house: Any) -> None:
    house.engine.stop()
    events = [house.event(user_id=f"u{number}") for number in range(3)]
    for number, event in enumerate(events):
        entry, row = Bar("resolve", "it is odd").quarantine(Position(0, number + 1, 0), event)
        house.warehouse.write([house.warehouse.pack([row])], {0: number + 1})
        house.state.remember(Changes(applied={0: number + 1}, quarantined=[entry]))
    step = _steps(house, events[1].event_id)["quarantined"]
    assert step["facts"] == {"failed_step": "resolve", "reason": "it is odd"}
    assert "odd" not in step["text"]


def test_an_erased_event(house: Any) -> None:
    event = house.event(user_id="u1")
    house.send(event)
    house.engine.erase("default", house.get("/people", user_id="u1")["people"][0]["person_id"])
    steps = _steps(house, event.event_id)
    assert "erased" in steps
    assert "person" not in steps


def test_an_attributed_event_names_its_click(house: Any) -> None:
    click = house.event("click", kind="click", source_id="clk_1", properties={"campaign": "spring"})
    event = house.event(click_id="clk_1", properties={"utm_source": "mail", "UTM_Medium": "x", "n": 1})
    house.send(click, event)
    steps = _steps(house, event.event_id)
    assert steps["attributed"]["facts"] == {"click_id": "clk_1", "campaign": "spring"}
    assert steps["touched"]["facts"] == {"utm_source": "mail", "UTM_Medium": "x"}


def test_no_text_tells_what_a_sender_sent(house: Any) -> None:
    """Facts are masked by their names; a text could not be."""
    click = house.event("click", kind="click", source_id="secret-1")
    event = house.event(click_id="secret-1", user_id="secret-2", properties={"utm_term": "secret-3"})
    house.send(click, event)
    assert "secret" not in "".join(step["text"] for step in _steps(house, event.event_id).values())


def test_a_click_is_worth_thirty_days_and_no_more(house: Any) -> None:
    click = house.event("click", kind="click", source_id="clk_1")
    edge = click.occurred_at + 30 * 86_400 * SECOND
    within, beyond = (house.event(click_id="clk_1", occurred_at=edge + late) for late in (0, 1))
    house.send(click, within, beyond)
    assert _steps(house, within.event_id)["attributed"]["text"] == "To its click."
    assert _steps(house, beyond.event_id)["attributed"]["text"].startswith("To nothing")


def test_an_unknown_click_is_no_attribution(house: Any) -> None:
    event = house.event(click_id="clk_9")
    house.send(event)
    assert _steps(house, event.event_id)["attributed"]["text"] == "To nothing: its click is not known."


def test_a_pending_event_is_found_in_the_log(house: Any) -> None:
    house.send(house.event())
    house.engine.stop()
    event = house.event(source_id="ord_7")
    house.append(house.event(), event)
    (found,) = house.get("/events/ord_7/trace")["found"]
    assert (found["event_id"], found["outcome"]) == (event.event_id, "pending")
    assert found["steps"][1]["facts"] == {"partition": 0, "offset": 2, "index": 1}


def test_an_unreadable_row_in_the_log_does_not_stop_the_search(house: Any) -> None:
    house.engine.stop()
    house.append(house.event(source_id="ord_7"))
    broken = house.log._rows[0]
    house.append(house.event(source_id="ord_7"))
    house.log._rows[0] = broken._replace(row=broken.row._replace(events=msgspec.msgpack.encode(["ord_7"])))
    assert len(house.get("/events/ord_7/trace")["found"]) == 1


def test_an_event_waits_beside_one_that_cannot_be_read(house: Any) -> None:
    house.engine.stop()
    house.append(house.event(source_id="ord_6"), house.event(source_id="ord_7"))
    whole = house.log._rows[0]
    broken = whole.row.events.replace(b"\xa5track", b"\xa5wreck", 1)
    house.log._rows[0] = whole._replace(row=whole.row._replace(events=broken))
    assert house.get("/events/ord_6/trace")["found"] == []
    (found,) = house.get("/events/ord_7/trace")["found"]
    assert found["steps"][1]["facts"] == {"partition": 0, "offset": 1, "index": 1}


def test_an_unknown_event_is_answered_with_advice(house: Any) -> None:
    answer = house.get("/events/nobody/trace")
    assert answer["found"] == []
    assert "refused" in answer["advice"]


def test_another_workspaces_event_is_unknown(house: Any, control_secret: str) -> None:
    event = house.event(workspace="other", source_id="ord_1")
    house.registry.add_workspace("other")
    house.send(event)
    assert house.get("/events/ord_1/trace")["found"] == []
    assert house.get(f"/events/{event.event_id}/trace")["found"] == []
    with house.client(control_secret) as http:
        assert len(http.get("/api/v1/events/ord_1/trace").json()["found"]) == 1
