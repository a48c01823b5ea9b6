"""What recordings cannot show of Klaviyo: rules that hold for any body, dedupe keys, quotas, the form of all errors."""

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.clock import SECOND
from bowerbird.collector.dialects.base import Findings, Parsed, Quota, Request, Throttle
from bowerbird.collector.dialects.fields import Issues, iso_micros
from bowerbird.collector.dialects.klaviyo import Klaviyo
from bowerbird.collector.dialects.klaviyo.attributes import read_time
from bowerbird.event import Event, event_ids
from bowerbird.refusals import Issue, Reason, Refused
from bowerbird.registry.base import Principal, Workspace, WorkspaceSettings

DIALECT = Klaviyo()
QUOTA = Quota(3500, 3499, 42)
NOW = 1_735_689_600_999_999
FLAT, NESTED = "2023-01-24", "2024-10-15"

ERRORS = jsonschema.Draft202012Validator(
    {
        "type": "object",
        "required": ["errors"],
        "additionalProperties": False,
        "properties": {
            "errors": {
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "items": {
                    "type": "object",
                    "required": ["id", "status", "code", "title", "detail", "source"],
                    "additionalProperties": False,
                    "properties": {
                        "id": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                        "status": {"type": "integer", "minimum": 400, "maximum": 599},
                        "code": {"type": "string", "pattern": "^[a-z_]+$"},
                        "title": {"type": "string", "pattern": r"\.$"},
                        "detail": {"type": "string", "minLength": 1, "maxLength": 300},
                        "source": {
                            "type": "object",
                            "minProperties": 1,
                            "maxProperties": 1,
                            "additionalProperties": False,
                            "properties": {
                                "pointer": {"type": "string", "pattern": "^(/([^~/]|~0|~1)*)+$", "maxLength": 2100},
                                "parameter": {"type": "string", "minLength": 1},
                            },
                        },
                    },
                },
            }
        },
    }
)
"""JSON:API's error document as Klaviyo writes it: `status` is a number, and every error has all members."""


def principal(**settings: Any) -> Principal:
    return Principal(Workspace("default", 1, WorkspaceSettings(**settings)), "key_1", frozenset({"events:write"}))


def request(body: Any, revision: str = FLAT) -> Request:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {b"content-type": b"application/json", b"revision": revision.encode()}
    headers[b"authorization"] = b"Klaviyo-API-Key key"
    return Request("POST", "/api/events/", {}, headers, raw, NOW, event_ids())


def parse(body: Any, revision: str = FLAT) -> Parsed:
    return DIALECT.parse(DIALECT.open(request(body, revision), "create_event"), principal())


def attempt(body: Any, revision: str) -> Parsed | Refused:
    try:
        return parse(body, revision)
    except Refused as refused:
        return refused


def flat(**attributes: Any) -> dict[str, Any]:
    least = {"profile": {"$email": "sarah@example.com"}, "metric": {"name": "Viewed Product"}, "properties": {}}
    return {"data": {"type": "event", "attributes": {**least, **attributes}}}


def nested(profile: dict[str, Any], metric: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    related = {
        "profile": {"data": {"type": "profile", "attributes": profile}},
        "metric": {"data": {"type": "metric", "attributes": metric}},
    }
    return {"data": {"type": "event", "attributes": {"properties": {}, **related, **attributes}}}


def event(**attributes: Any) -> Event:
    return parse(flat(**attributes)).events[0]


def errors(refused: Refused, quota: Quota | None = None) -> list[dict[str, Any]]:
    document = json.loads(DIALECT.refuse(refused, quota).body)
    ERRORS.validate(document)
    found: list[dict[str, Any]] = document["errors"]
    return found


def test_the_time_of_receipt_is_truncated_to_the_second() -> None:
    assert event().occurred_at == 1_735_689_600_000_000
    assert event().received_at == NOW


def test_without_a_unique_id_the_second_is_the_key() -> None:
    first = event(time="2022-11-08T00:00:00Z")

    assert event(time="2022-11-08T01:00:00.999+01:00").dedupe_key == first.dedupe_key
    assert event(time="2022-11-08T00:00:01Z").dedupe_key != first.dedupe_key
    assert first.dedupe_scope == "person"
    assert first.dedupe_ttl is None


def test_with_a_unique_id_the_time_does_not_matter() -> None:
    assert event(unique_id="1", time="2022-11-08T00:00:00Z").dedupe_key == event(unique_id="1").dedupe_key


def test_both_shapes_give_an_event_the_same_key_and_traits() -> None:
    profile = {"first_name": "Sarah", "city": "Boston", "plan": "trial"}
    one = event(
        profile={"$email": "s@example.com", "$first_name": "Sarah", "$city": "Boston", "plan": "trial"}, unique_id="1"
    )
    body = nested(
        {
            "email": "s@example.com",
            "first_name": "Sarah",
            "location": {"city": "Boston"},
            "properties": {"plan": "trial"},
        },
        {"name": "Viewed Product"},
        unique_id="1",
    )
    other = parse(body, NESTED).events[0]

    assert one.dedupe_key == other.dedupe_key
    assert one.traits == other.traits == profile


texts = st.text(st.sampled_from("at:u13 x"), min_size=1, max_size=12).filter(str.strip)
keys = st.tuples(texts, texts, st.one_of(st.none(), texts), st.integers(0, 2_000_000_000))


@given(keys, keys)
@settings(max_examples=300, deadline=None)
def test_keys_are_equal_only_for_equal_metrics_and_ids(one: Any, other: Any) -> None:
    def key(parts: Any) -> tuple[str | None, Any]:
        name, service, unique_id, _ = parts
        sent = event(metric={"name": name, "service": service}, unique_id=unique_id)
        return sent.dedupe_key, (name, service, unique_id)

    (first, meant), (second, also_meant) = key(one), key(other)
    assert (first == second) == (meant == also_meant)


def test_metrics_and_where_they_are_named() -> None:
    assert parse(flat()).metrics == ("Viewed Product",)
    assert parse(flat()).metric_field == "/data/attributes/metric/name"
    body = nested({"email": "s@example.com"}, {"name": "Viewed Product"})
    assert parse(body, NESTED).metric_field == "/data/attributes/metric/data/attributes/name"


def test_one_metric_too_many_points_to_its_name() -> None:
    where = parse(flat()).metric_field
    [error] = errors(Refused(Reason.METRICS_EXHAUSTED, issues=(Issue(where, "metrics_exhausted", "internal"),)))

    assert error["status"] == 400
    assert error["source"] == {"pointer": "/data/attributes/metric/name"}
    assert "internal" not in error["detail"]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_an_answer_that_shows_no_internals(reason: Reason) -> None:
    reply = DIALECT.refuse(Refused(reason, "secret detail", retry_after=3), QUOTA)

    document = json.loads(reply.body)
    ERRORS.validate(document)
    assert [error["status"] for error in document["errors"]] == [reply.status]
    assert b"secret detail" not in reply.body
    assert reply.content_type == b"application/vnd.api+json"


def test_the_answers_of_each_error_have_ids_of_their_own() -> None:
    issues = tuple(Issue(f"/data/{number}", "invalid", "Wrong.") for number in range(3))

    assert len({error["id"] for error in errors(Refused(Reason.INVALID, issues=issues))}) == 3


@pytest.mark.parametrize("reason", Reason)
def test_the_quota_is_told_unless_it_is_used_up(reason: Reason) -> None:
    headers = dict(DIALECT.refuse(Refused(reason, retry_after=3), QUOTA).headers)

    told = {name: value for name, value in headers.items() if name.startswith(b"ratelimit")}
    if reason is Reason.THROTTLED:
        assert told == {}
        assert headers[b"retry-after"] == b"3"
    else:
        assert told == {b"ratelimit-limit": b"3500", b"ratelimit-remaining": b"3499", b"ratelimit-reset": b"42"}


def test_success_is_empty_and_tells_the_quota() -> None:
    reply = DIALECT.reply(parse(flat()), Findings(), QUOTA)

    assert (reply.status, reply.body, reply.content_type) == (202, b"", b"application/vnd.api+json")
    assert dict(reply.headers)[b"ratelimit-remaining"] == b"3499"


def test_the_rate_limit_is_the_workspaces() -> None:
    assert DIALECT.throttle(principal()) == Throttle(350, 3500)
    assert DIALECT.throttle(principal(klaviyo_burst=10, klaviyo_steady=None)) == Throttle(10, None)
    assert DIALECT.throttle(principal(klaviyo_burst=None, klaviyo_steady=None)) is None


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=12,
)
FIELDS = ("profile", "metric", "properties", "time", "value", "unique_id", "value_currency", "backfill", "a/b~c")
PEOPLE = ("$email", "$phone_number", "$id", "$first_name", "$consent", "$latitude", "data", "plan")
resources = st.fixed_dictionaries(
    {"data": st.fixed_dictionaries(
        {"type": st.sampled_from(("profile", "metric", "event"))},
        optional={"id": json_values, "meta": json_values, "attributes": json_values | st.dictionaries(
            st.sampled_from(("name", "service", "email", "location", "properties", "latitude")), json_values)},
    )}
)  # fmt: skip
attribute_values = json_values | resources | st.dictionaries(st.sampled_from(PEOPLE), json_values)
documents = st.dictionaries(st.sampled_from(FIELDS), attribute_values).map(
    lambda attributes: {"data": {"type": "event", "attributes": attributes}}
)


@given(st.one_of(json_values, documents), st.sampled_from((FLAT, NESTED, "2026-10-15")))
@settings(max_examples=200, deadline=None)
def test_any_json_is_an_event_or_refused_in_the_vendors_form(body: Any, revision: str) -> None:
    result = attempt(body, revision)

    if isinstance(result, Refused):
        assert {error["status"] for error in errors(result)} == {400}
    else:
        assert len(result.events) == 1


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_refused_in_the_vendors_form(body: bytes) -> None:
    with pytest.raises(Refused) as caught:
        parse(body)

    assert {error["status"] for error in errors(caught.value)} == {400}


def resolve(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


@given(st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_pointers_lead_to_what_is_wrong(outer: str, inner: str) -> None:
    wrong: Any = [0] * 4001
    body = flat(properties={outer: {inner: [wrong]}})

    with pytest.raises(Refused) as caught:
        parse(body)

    [error] = errors(caught.value)
    assert resolve(body, error["source"]["pointer"]) is wrong


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=2))
def test_values_are_exact(amount: Any) -> None:
    assert event(value=float(amount)).value == amount


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=5))
@settings(max_examples=200, deadline=None)
def test_properties_are_kept_as_sent(properties: dict[str, Any]) -> None:
    kept = event(properties=properties).properties

    assert json.dumps(spelled(kept)) == json.dumps(spelled(properties))


def spelled(value: Any) -> Any:
    """With integers beyond 64 bits as text, which is how they are kept."""
    if isinstance(value, dict):
        return {name: spelled(child) for name, child in value.items()}
    if isinstance(value, list):
        return [spelled(child) for child in value]
    if type(value) is int and not -(2**63) <= value < 2**64:
        return str(value)
    return value


@pytest.mark.parametrize(
    ("received", "latest"),
    [
        ("2025-06-01T10:00:00Z", "2026-06-01T10:00:00Z"),
        ("2027-11-21T10:00:00Z", "2028-11-21T10:00:00Z"),
        ("2028-02-29T10:00:00Z", "2029-03-01T10:00:00Z"),
    ],
)
def test_a_year_ahead_is_the_same_date_of_the_next_year(received: str, latest: str) -> None:
    at, last = (iso_micros(text, assume_utc=True) for text in (received, latest))
    assert at is not None
    assert last is not None
    issues = Issues()
    assert read_time(latest, at, issues) == last
    assert not issues.found
    later = datetime.fromtimestamp(last // SECOND + 1, UTC).isoformat()
    read_time(later, at, issues)
    assert [issue.message for issue in issues.found] == ["'time' must not be more than 1 year in the future."]
