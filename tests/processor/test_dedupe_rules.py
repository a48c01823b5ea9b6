"""Which event is a copy of which, rule by rule."""

from typing import Any

from bowerbird.clock import SECOND

DAY = 86_400 * SECOND


def test_the_first_one_processed_wins_and_the_copy_leaves_no_trace(line: Any) -> None:
    first = line.event(user_id="ada", dedupe_key="k", traits={"plan": "free"})
    copy = line.event(user_id="bob", email="ada@example.com", dedupe_key="k", traits={"plan": "pro"})
    line.send(first, copy)
    assert line.outcomes() == {"stored": 1, "duplicate": 1}
    assert line.people.find("default", {"user_id": "bob"}) == []
    assert line.people.find("default", {"email": "ada@example.com"}) == []
    assert line.people.person("default", line.person_of(first)).traits == {"plan": "free"}
    assert line.warehouse.find("default", copy.event_id)[0].duplicate_of == first.event_id
    assert sum(each.count for each in line.catalog.catalog("default") if each.property is None) == 1


def test_a_key_with_a_lifetime_is_forgotten_to_the_microsecond(line: Any) -> None:
    first = line.event(dedupe_key="k", dedupe_ttl=DAY)
    inside = line.event(dedupe_key="k", dedupe_ttl=DAY, received_at=first.received_at + DAY - 1)
    outside = line.event(dedupe_key="k", dedupe_ttl=DAY, received_at=first.received_at + DAY)
    copy_of_outside = line.event(dedupe_key="k", dedupe_ttl=DAY, received_at=first.received_at + 2 * DAY - 1)
    for event in (first, inside, outside, copy_of_outside):
        line.send(event)
    assert [line.warehouse.find("default", each.event_id)[0].outcome for each in (first, inside, outside)] == [
        "stored", "duplicate", "stored",
    ]  # fmt: skip
    assert line.warehouse.find("default", copy_of_outside.event_id)[0].duplicate_of == outside.event_id


def test_dialects_and_workspaces_do_not_share_keys(line: Any) -> None:
    line.send(
        line.event(dedupe_key="k"),
        line.event(dedupe_key="k", dialect="flywheel"),
        line.event(dedupe_key="k", workspace="other"),
    )
    assert line.outcomes() == {"stored": 3}


def test_scope_person_is_the_person_found_whichever_identifier_named_it(line: Any) -> None:
    known = {"dedupe_scope": "person", "dedupe_key": "Order\x1f1", "dialect": "klaviyo"}
    line.send(line.event(email="a@x.io", user_id="ada"))
    line.send(
        line.event(email="a@x.io", **known), line.event(user_id="ada", **known), line.event(email="b@x.io", **known)
    )
    assert line.outcomes() == {"stored": 3, "duplicate": 1}


def test_scope_person_finds_a_new_persons_key_again(line: Any) -> None:
    known = {"dedupe_scope": "person", "dedupe_key": "Order\x1f1"}
    line.send(line.event(email="new@x.io", **known), line.event(email="new@x.io", phone="+1", **known))
    assert line.outcomes() == {"stored": 1, "duplicate": 1}
    assert line.people.find("default", {"phone": "+1"}) == []


def test_scope_person_is_met_again_when_its_identifier_moved_on(line: Any) -> None:
    known = {"dedupe_scope": "person", "dialect": "klaviyo"}

    def sent() -> list[Any]:
        return [
            line.event(anonymous_id="tablet", dedupe_key="v1", **known),
            line.event(user_id="u1", anonymous_id="tablet", dedupe_key="l1", **known),
            line.event(user_id="u2", anonymous_id="tablet", dedupe_key="l2", **known),
        ]

    for copies in (0, 3, 6):
        line.send(*sent())
        assert line.outcomes() == {"stored": 3} | ({"duplicate": copies} if copies else {})


def test_scope_person_survives_a_merge(line: Any) -> None:
    known = {"dedupe_scope": "person", "dedupe_key": "Order\x1f1"}
    line.send(line.event(phone="+1"), line.event(email="a@x.io", **known))
    line.send(line.event(phone="+1", email="a@x.io"))
    line.send(line.event(phone="+1", **known))
    assert line.outcomes() == {"stored": 3, "duplicate": 1}


def test_scope_person_stays_with_those_whom_an_unmerge_parts(line: Any) -> None:
    known = {"dedupe_scope": "person", "dedupe_key": "Order\x1f1"}
    first = line.event(email="a@x.io")
    line.send(first, line.event(phone="+1"), line.event(email="a@x.io", phone="+1"))
    bought = line.event(phone="+1", **known)
    line.send(bought)
    line.operations.unmerge("default", line.person_of(first))
    again = line.event(phone="+1", **known)
    line.send(again, line.event(email="a@x.io", **known))
    assert line.warehouse.find("default", again.event_id)[0].duplicate_of == bought.event_id
    assert line.outcomes() == {"stored": 5, "duplicate": 1}


def test_an_identify_leaves_no_event_row_but_its_traits(line: Any) -> None:
    event = line.event(
        "$identify", kind="identify", stored=False, user_id="ada", traits={"plan": "pro"}, dedupe_key="i"
    )
    line.send(event, line.event("$identify", kind="identify", stored=False, user_id="ada", dedupe_key="i"))
    assert line.outcomes() == {"identify_only": 1, "duplicate": 1}
    assert line.stored() == []
    [person_id] = line.people.find("default", {"user_id": "ada"})
    assert line.people.person("default", person_id).traits == {"plan": "pro"}
    assert line.catalog.catalog("default") == []


def test_an_event_that_meets_its_own_trace_is_no_duplicate(line: Any, make_line: Any) -> None:
    """As when the state comes from a backup that is older than the keys."""
    first, second = line.event(dedupe_key="k"), line.event(dedupe_key="l")
    line.send(first, second)
    restored = make_line()
    restored.seen.keys.update(line.seen.keys)
    restored.append([first], [second])
    restored.run()
    assert restored.outcomes() == {"stored": 2}
