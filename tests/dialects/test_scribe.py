"""What recordings cannot show of Scribe: rules that hold for any body."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bowerbird.collector.dialects.fields import MOST_ISSUES
from bowerbird.collector.dialects.scribe import rules
from bowerbird.refusals import Refused

PATH = "/v1/analytics/events"
HEADERS = {"authorization": "Bearer key"}

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
anything = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
bags = st.dictionaries(st.text(), scalars)
valid = st.fixed_dictionaries(
    {"name": st.text().filter(lambda name: name.strip() and name != "$identify")},
    optional={
        "value": st.integers(1 - 10**29, 10**29 - 1) | st.floats(-9.9e28, 9.9e28),
        "currency": st.from_regex(r"[A-Z]{3}", fullmatch=True),
        "click_id": st.text(),
        "event_id": st.text(),
        "properties": bags,
        "anonymous_id": st.text(),
        "user_id": st.text(),
        "traits": bags,
    },
)
fields = ("name", "value", "currency", "click_id", "event_id", "properties", "anonymous_id", "user_id", "traits", "x")
shaped = st.dictionaries(st.sampled_from(fields), anything).map(lambda event: {"event": event})


def sent(body: Any, exchange: Any) -> Any:
    return exchange("scribe", {"path": PATH, "headers": HEADERS, "body": json.dumps(body)})


@given(body=anything | shaped)
def test_any_body_is_answered_by_the_document(body: Any, exchange: Any, conforms: Any) -> None:
    reply, events, _ = sent(body, exchange)

    conforms("scribe", reply)
    assert reply.status in (202, 422)
    assert len(events) == (reply.status == 202)


@given(body=anything | shaped | valid.map(lambda event: {"event": event}))
def test_a_close_look_sees_what_a_quick_one_does(body: Any) -> None:
    def outcome(look: Callable[[bytes], Any]) -> Any:
        try:
            return look(json.dumps(body).encode())
        except Refused as refused:
            return refused.reason, refused.issues

    assert outcome(rules.read) == outcome(rules._read_closely)


@given(raw=st.text())
def test_any_text_is_answered_by_the_document(raw: str, exchange: Any, conforms: Any) -> None:
    reply, _, _ = exchange("scribe", {"path": PATH, "headers": HEADERS, "body": raw})

    conforms("scribe", reply)
    assert reply.status == 422


@given(event=valid)
def test_a_valid_event_is_accepted_as_it_was_sent(event: dict[str, Any], exchange: Any, conforms: Any) -> None:
    reply, (made,), _ = sent({"event": event}, exchange)

    conforms("scribe", reply)
    answer = json.loads(reply.body)["data"]
    assert reply.status == 202
    assert answer["name"] == made.name == event["name"]
    assert answer["value"] == event.get("value", 0)
    assert answer["currency"] == event.get("currency", "USD")
    assert made.properties.keys() == event.get("properties", {}).keys()
    if "value" in event:
        assert made.value == Decimal(repr(event["value"]))


@given(event=valid, name=st.text(), bag=st.sampled_from(["properties", "traits"]))
def test_a_nested_value_is_named(event: dict[str, Any], name: str, bag: str, exchange: Any) -> None:
    reply, events, _ = sent({"event": event | {bag: {name: {}}}}, exchange)

    assert [detail["field"] for detail in json.loads(reply.body)["details"]] == [f"event.{bag}.{name}"]
    assert events == ()


def test_a_body_that_breaks_many_rules_gets_a_bounded_answer(exchange: Any) -> None:
    reply, _, _ = sent({"event": {f"field{number}": 1 for number in range(10_000)}}, exchange)

    assert len(json.loads(reply.body)["details"]) == MOST_ISSUES
