"""`/api/v1/events`: rows, filters, and pages that join without a gap or an overlap."""

from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FIELDS = [
    "event_id",
    "dialect",
    "kind",
    "name",
    "occurred_at",
    "received_at",
    "person_id",
    "user_id",
    "anonymous_id",
    "email",
    "account_id",
    "list_id",
    "value",
    "currency",
    "click_id",
    "properties",
]


def test_a_row_has_exactly_its_fields(house: Any) -> None:
    house.send(house.event("purchase", email="ada@example.com", list_id="94", occurred_at=1_700_000_000_000_001))
    (row,) = house.get("/events")["events"]
    assert list(row) == FIELDS
    assert row["occurred_at"] == "2023-11-14T22:13:20.000001Z"
    assert (row["email"], row["list_id"], row["value"], row["properties"]) == ("ada@example.com", "94", None, {})


@pytest.mark.parametrize("value", ["19.99", "0", "-3.5", "12345678901234567890.123456789", "0.1"])
def test_a_value_is_a_number_with_all_its_digits(house: Any, value: str) -> None:
    house.send(house.event(value=Decimal(value), currency="EUR"))
    body = house.http.get("/api/v1/events").content
    assert f'"value":{value},'.encode() in body


def test_properties_keep_types_and_digits(house: Any) -> None:
    properties = {"id": 2**63, "small": -(2**63), "pi": 3.5, "yes": True, "none": None, "deep": {"ü": [1, "2"]}}
    house.send(house.event(properties=properties))
    row = msgspec.json.decode(house.http.get("/api/v1/events").content)["events"][0]
    assert row["properties"] == properties


def test_every_row_names_the_person_of_this_moment(house: Any) -> None:
    house.send(house.event(anonymous_id="a1"), house.event(user_id="u1"))
    before = {row["person_id"] for row in house.get("/events")["events"]}
    house.send(house.event("$identify", kind="identify", anonymous_id="a1", user_id="u1", stored=False))
    after = {row["person_id"] for row in house.get("/events")["events"]}
    assert len(before) == 2
    assert len(after) == 1
    for alias in before:
        assert len(house.get("/events", person=alias)["events"]) == 2
    assert house.get("/events", person="nobody") == {"events": [], "next": None}


def test_filters(house: Any) -> None:
    old = house.event("old", occurred_at=1_600_000_000_000_000, dialect="klaviyo")
    new = house.event("new", occurred_at=1_600_000_001_000_000, list_id="7")
    house.send(old, new)

    def names(**query: Any) -> list[str]:
        return [row["name"] for row in house.get("/events", **query)["events"]]

    assert names() == ["new", "old"]
    assert names(name="old") == ["old"]
    assert names(dialect="klaviyo") == ["old"]
    assert names(list="7") == ["new"]
    for instant in ("2020-09-13T12:26:41Z", "2020-09-13T14:26:41+02:00", "1600000001", "1600000001000000"):
        assert names(since=instant) == ["new"]
        assert names(until=instant) == ["old"]
    assert names(since="2020-09-13T12:26:40.5", until="1600000000.9") == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "many"},
        {"since": "yesterday"},
        {"until": "nan"},
        {"since": "1e300"},
        {"cursor": "no-cursor"},
        {"cursor": "gaFhAQ"},
        {"cursor": "a" * 5000},
        {"cursor": "é"},
    ],
)
def test_nonsense_is_refused_in_the_one_form(shared_house: Any, query: dict[str, Any]) -> None:
    answer = shared_house.http.get("/api/v1/events", params=query)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message", "hint"}


_seconds = st.integers(0, 3)
_workspaces = count()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(times=st.lists(_seconds, max_size=25), limit=st.integers(1, 7))
def test_pages_join_to_the_whole_list(
    shared_house: Any, in_workspace: Callable[..., Any], times: list[int], limit: int
) -> None:
    """Equal times included: the event id decides between them."""
    name, http = in_workspace("events:read")
    events = [shared_house.event(workspace=name, occurred_at=second * 1_000_000) for second in times]
    if events:
        shared_house.send(*events)
    expected = [one.event_id for one in sorted(events, key=lambda one: (one.occurred_at, one.event_id), reverse=True)]
    walked: list[str] = []
    query: dict[str, Any] = {"limit": limit}
    with http:
        while True:
            page = http.get("/api/v1/events", params=query).json()
            assert len(page["events"]) <= limit
            walked += [row["event_id"] for row in page["events"]]
            if page["next"] is None:
                break
            assert page["events"]
            query["cursor"] = page["next"]
    assert walked == expected


def test_one_event_by_either_id(house: Any) -> None:
    first = house.event(source_id="a/b c", dedupe_key="k", order_id="o1", phone="+1555", traits={"plan": "pro"})
    second = house.event(source_id="a/b c", dedupe_key="k")
    house.send(first)
    house.send(second)
    by_source = house.get("/events/a%2Fb c")
    assert by_source["event_id"] == first.event_id
    assert (by_source["order_id"], by_source["phone"], by_source["traits"]) == ("o1", "+1555", {"plan": "pro"})
    assert by_source["position"] == {"partition": 0, "offset": 1, "index": 0}
    assert house.get(f"/events/{second.event_id}")["duplicate_of"] == first.event_id
    missing = house.http.get("/api/v1/events/nobody")
    assert missing.status_code == 404
    assert "/trace" in missing.json()["error"]["hint"]
