"""`/api/v1/people`: found, shown, paged, exported, unmerged and erased."""

import json
from decimal import Decimal
from typing import Any

from sqlalchemy import event

from bowerbird.state.base import MOST_TOLD


def _merged(house: Any) -> tuple[str, str]:
    """Two people made one; their ids, the survivor's first."""
    house.send(house.event(user_id="u1", traits={"plan": "pro"}, account_id="acme"))
    house.send(house.event(email="ada@example.com", traits={"name": "Ada"}))
    older, younger = (
        house.get("/people", **query)["people"][0]["person_id"]
        for query in ({"user_id": "u1"}, {"email": "ada@example.com"})
    )
    house.send(house.event(user_id="u1", email="ada@example.com"))
    return older, younger


def test_a_person_is_found_by_any_of_its_identifiers(house: Any) -> None:
    house.send(
        house.event(user_id="u1", email="Ada@Example.com", other_ids={"stripe_customer_id": "cus_1"}),
        house.event(user_id="u2"),
    )
    for query in ({"user_id": "u1"}, {"email": "ada@example.com"}, {"stripe_customer_id": "cus_1"}):
        (person,) = house.get("/people", **query)["people"]
        assert {one["kind"] for one in person["identifiers"]} == {"user_id", "email", "stripe_customer_id"}
    assert house.get("/people", user_id="u1", email="ada@example.com")["people"]
    assert house.get("/people", user_id="u2", email="ada@example.com")["people"] == []
    assert house.get("/people", user_id="nobody") == {"people": [], "next": None}


def test_people_are_found_by_the_beginning_of_an_identifier(house: Any) -> None:
    house.send(*(house.event(user_id=f"ada-{number}") for number in range(5)), house.event(email="Ada-3@x.io"))
    house.send(house.event(user_id="ada", email="eve@x.io"))

    def found(**query: Any) -> tuple[list[str], str | None]:
        page = house.get("/people", **query)
        return [one["identifiers"][0]["value"] for one in page["people"]], page["next"]

    assert found(begins_with="ada") == (["eve@x.io", *(f"ada-{n}" for n in range(4)), "ada-3@x.io", "ada-4"], None)
    assert found(begins_with="ADA-", kind="email") == (["ada-3@x.io"], None)
    seen, cursor = found(begins_with="ada", limit=3)
    assert len(seen) == 3
    assert found(begins_with="ada", limit=9, cursor=cursor)[0] == ["ada-2", "ada-3", "ada-3@x.io", "ada-4"]
    assert found(begins_with="da-3") == ([], None)
    assert found(user_id="ada-") == ([], None), "whole identifiers mean what they meant"
    for senseless in ({"begins_with": "ada", "user_id": "ada"}, {"begins_with": "ada", "cursor": "kgEB"}):
        assert house.http.get("/api/v1/people", params=senseless).status_code == 422
    house.registry.add_key("acme's", "acme", ("profiles:read",))
    assert house.client("acme's").get("/api/v1/people", params={"begins_with": "ada"}).json()["people"] == []


def test_all_people_newest_first_in_pages(house: Any) -> None:
    for number in range(7):
        house.send(house.event(user_id=f"u{number}"))
    seen, cursor = [], None
    while True:
        page = house.get("/people", limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [one["identifiers"][0]["value"] for one in page["people"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [f"u{number}" for number in reversed(range(7))]


def test_a_list_of_people_takes_as_many_statements_as_one_of_them(house: Any) -> None:
    house.send(*(house.event(user_id=f"u{number}", traits={"n": number}, account_id="acme") for number in range(30)))
    statements: list[str] = []

    def count(_connection: Any, _cursor: Any, sql: str, _parameters: Any, _context: Any, _many: bool) -> None:
        statements.append(sql)

    event.listen(house.database, "before_cursor_execute", count)
    counted = []
    for limit in (1, 30):
        statements.clear()
        assert len(house.get("/people", limit=limit)["people"]) == limit
        counted.append(len([sql for sql in statements if "positions" not in sql]))
    event.remove(house.database, "before_cursor_execute", count)
    assert counted[0] == counted[1]


def test_a_person_tells_the_latest_conflicts_and_how_many_there_are(house: Any) -> None:
    events = [house.event(user_id=f"u{number}", email="shop@example.com") for number in range(MOST_TOLD + 3)]
    house.send(*events)
    (owner,) = house.get("/people", email="shop@example.com")["people"]
    person = house.get(f"/people/{owner['person_id']}", limit=1)
    assert [one["event_id"] for one in person["conflicts"]] == [one.event_id for one in events[-MOST_TOLD:]]
    assert (person["conflicts_total"], person["merges_total"]) == (MOST_TOLD + 2, 0)
    assert len(house.get(f"/people/{owner['person_id']}/export")["conflicts"]) == MOST_TOLD + 2


def test_a_person_shows_everything_whichever_id_is_asked(house: Any) -> None:
    older, younger = _merged(house)
    for person_id in (older, younger):
        person = house.get(f"/people/{person_id}")
        assert person["person_id"] == older
        assert person["aliases"] == [younger]
        assert person["traits"] == {"plan": "pro", "name": "Ada"}
        assert person["accounts"] == ["acme"]
        assert {one["person_id"] for one in person["identifiers"]} == {older, younger}
        assert person["merges"][0]["identifiers"] == [
            {"kind": "user_id", "value": "u1"},
            {"kind": "email", "value": "ada@example.com"},
        ]
        assert {row["person_id"] for row in person["timeline"]["events"]} == {older}
        assert len(person["timeline"]["events"]) == 3


def test_a_timeline_has_pages(house: Any) -> None:
    events = [house.event(user_id="u1") for _ in range(5)]
    house.send(*events)
    person = house.get("/people", user_id="u1")["people"][0]["person_id"]
    first = house.get(f"/people/{person}", limit=3)["timeline"]
    second = house.get(f"/people/{person}", limit=3, cursor=first["next"])["timeline"]
    assert second["next"] is None
    walked = [row["event_id"] for row in first["events"] + second["events"]]
    assert walked == [event.event_id for event in reversed(events)]


def test_a_merge_can_be_undone(house: Any) -> None:
    older, younger = _merged(house)
    answer = house.http.post(f"/api/v1/people/{younger}/unmerge")
    assert answer.json() == {"survivor": older, "absorbed": younger}
    assert house.get(f"/people/{younger}")["person_id"] == younger
    assert house.get(f"/people/{younger}")["traits"] == {"name": "Ada"}
    assert house.get(f"/people/{older}")["merges"][0]["undone_at"]
    assert house.http.post(f"/api/v1/people/{younger}/unmerge").status_code == 404


def test_conflicts_are_shown(house: Any) -> None:
    house.send(house.event(user_id="u1", email="team@example.com"))
    house.send(house.event(user_id="u2", email="team@example.com"))
    conflicts = house.get(f"/people/{house.get('/people', user_id='u2')['people'][0]['person_id']}")["conflicts"]
    assert [(one["kind"], one["value"], one["resolution"]) for one in conflicts] == [
        ("email", "team@example.com", "stayed")
    ]


def test_an_export_holds_everything_of_the_person_and_of_nobody_else(house: Any) -> None:
    older, younger = _merged(house)
    house.send(
        house.event("$identify", kind="identify", user_id="u1", stored=False, traits={"city": "Rome"}),
        house.event("other", user_id="u2"),
    )
    answer = house.http.get(f"/api/v1/people/{younger}/export")
    assert "attachment" in answer.headers["Content-Disposition"]
    document = json.loads(answer.content)
    assert document["person_id"] == older
    assert document["traits"]["city"] == "Rome"
    assert [event["outcome"] for event in document["events"]] == ["stored", "stored", "stored", "identify_only"]
    assert {event["person_id"] for event in document["events"]} == {older}
    assert document["quarantine"] == []


def test_an_export_holds_what_is_in_quarantine(house: Any) -> None:
    house.send(house.event(user_id="u1"), house.event("other", user_id="u2", value=Decimal("1e40")))
    held = house.event("held", user_id="u1", value=Decimal("1e40"), properties={"secret": "mine"})
    house.send(held)
    [person] = house.get("/people", user_id="u1")["people"]
    document = json.loads(house.http.get(f"/api/v1/people/{person['person_id']}/export").content)
    [entry] = document["quarantine"]
    assert (entry["event_id"], entry["event"]["properties"]) == (held.event_id, {"secret": "mine"})


def test_an_erased_person_is_gone(house: Any) -> None:
    older, younger = _merged(house)
    assert house.http.delete(f"/api/v1/people/{younger}").json() == {"person_id": younger, "erased": 3}
    for path in (f"/api/v1/people/{older}", f"/api/v1/people/{younger}"):
        assert house.http.get(path).status_code == 404
    assert house.get("/events")["events"] == []
    assert house.get("/people", user_id="u1")["people"] == []
    assert house.get("/audit")["erased"] == 3
    assert b"ada@example.com" not in b"".join(row.events for row in house.log.read({}, 1000))


def test_too_many_identifiers_are_refused(house: Any) -> None:
    assert house.http.get("/api/v1/people", params={f"kind{n}": "x" for n in range(21)}).status_code == 422
