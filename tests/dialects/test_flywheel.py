"""What recordings cannot show of Flywheel: rules that hold for any body."""

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

HEADERS = {"authorization": "key", "auth-type": "api"}
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

texts = st.text()
scalars = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
anything = st.recursive(
    scalars | st.none(), lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8
)
fields = ("event", "user_id", "timestamp", "event_id", "properties", "anonymous_id", "identify", "x")
shaped = st.dictionaries(st.sampled_from(fields), anything).map(lambda event: {"event": event})
profile_fields = st.sampled_from(
    ["email", "phone", "primary_email", "primary_phone", "full_name", "first_name", "stripe_customer_id", "plan"]
)
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=offsets)


def sent(body: Any, exchange: Any) -> Any:
    return exchange("flywheel", {"path": "/v1/events", "headers": HEADERS, "body": json.dumps(body)})


@given(body=anything | shaped)
def test_any_body_is_answered_by_the_document(body: Any, exchange: Any, conforms: Any) -> None:
    reply, events, _ = sent(body, exchange)

    conforms("flywheel", reply)
    assert reply.status in (200, 400)
    assert len(events) == (reply.status == 200)
    if reply.status == 400:
        assert json.loads(reply.body).keys() == {"error", "code"}


@given(name=texts | st.from_regex(r"[a-zA-Z0-9_-]+$"))
def test_a_name_is_accepted_when_the_pattern_has_it(name: str, exchange: Any) -> None:
    reply, _, _ = sent({"event": {"event": name}}, exchange)

    assert (reply.status == 200) == bool(re.fullmatch(r"[a-zA-Z0-9_-]+", name))


@given(moment=moments)
def test_a_moment_is_read_to_the_microsecond(moment: datetime, exchange: Any) -> None:
    _, (event,), _ = sent({"event": {"event": "ping", "timestamp": moment.isoformat()}}, exchange)

    assert event.occurred_at == (moment - EPOCH) // timedelta(microseconds=1)


@given(moment=st.datetimes())
def test_a_moment_without_offset_is_refused(moment: datetime, exchange: Any) -> None:
    reply, _, _ = sent({"event": {"event": "ping", "timestamp": moment.isoformat()}}, exchange)

    assert reply.status == 400


@given(properties=st.dictionaries(profile_fields | texts, scalars), identify=st.booleans())
def test_properties_stay_as_sent(properties: dict[str, Any], identify: bool, exchange: Any) -> None:
    body = {"event": {"event": "ping", "properties": properties, "identify": identify}}
    reply, (event,), _ = sent(body, exchange)

    assert reply.status == 200
    assert event.stored
    assert event.properties.keys() == properties.keys()
    assert identify or (event.email, event.phone, event.other_ids, event.traits) == (None, None, {}, {})
    assert all(value.strip() for value in (event.email, event.phone, *event.other_ids.values()) if value is not None)
