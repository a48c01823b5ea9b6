"""What recordings cannot show of Octeth: the events behind the answers, and rules that hold for any body."""

import json
import tracemalloc
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.collector.dialects.base import AT_ONCE, Findings, Parsed, Reply, Request
from bowerbird.collector.dialects.octeth import Octeth
from bowerbird.event import Tallied, event_ids
from bowerbird.refusals import Issue, Reason, Refused
from bowerbird.registry.base import Principal, Workspace, WorkspaceSettings

NOW = 1_700_000_000_000_000
DIALECT = Octeth()
NOTHING = Findings()
PROPERTIES_PATH = "/api/v1/website_events.properties"
SENT = {
    "APIKey": "key",
    "ListID": 94,
    "ID": "user-id-2006",
    "Event": "test",
    "Email": "2006@Test.com",
    "Properties": {"number-of-subscribers-imported": 100},
}
CONVERSION = {"conversion-id": "my-order-234", "conversion-name": "purchase", "conversion-value": 290.50}


def principal(**settings) -> Principal:
    workspace = Workspace("default", 1, WorkspaceSettings(**settings), {"94": "Customers", "3": "News"})
    return Principal(workspace, "key_1", frozenset({"events:write", "events:read"}))


def request(body, method="POST", path="/api/v1/event", **fields) -> Request:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    values = {"query": {}, "headers": {b"content-type": b"application/json"}, **fields}
    return Request(method, path, body=raw, received_at=NOW, new_id=event_ids(), **values)


def parse(body, operation="event", **settings) -> Parsed:
    return DIALECT.parse(DIALECT.open(request(body), operation), principal(**settings))


def answer(sent: Request, operation="event", findings=NOTHING, **settings) -> Reply:
    try:
        parsed = DIALECT.parse(DIALECT.open(sent, operation), principal(**settings))
        return DIALECT.reply(parsed, findings, None)
    except Refused as refused:
        return DIALECT.refuse(refused, None)


def codes(reply: Reply) -> list[int]:
    return [error["Code"] for error in json.loads(reply.body)["Errors"]]


def without(body: dict, *names: str) -> dict:
    return {name: value for name, value in body.items() if name not in names}


def test_an_event_keeps_what_was_sent():
    (event,) = parse(SENT).events
    assert (event.dialect, event.kind, event.name, event.list_id) == ("octeth", "track", "test", "94")
    assert (event.user_id, event.email, event.key_id) == ("user-id-2006", "2006@Test.com", "key_1")
    assert (event.occurred_at, event.received_at) == (NOW, NOW)
    assert event.properties == {"number-of-subscribers-imported": 100}
    assert event.traits == {}
    assert event.dedupe_key is None


def test_a_new_email_brings_an_identify_event_that_counts_once_a_list():
    parsed = parse(SENT)
    assert parsed.subscriber == ("94", "2006@test.com")
    newcomer = parsed.newcomer
    assert (newcomer.kind, newcomer.name, newcomer.stored) == ("identify", "identify", True)
    assert newcomer.properties == parsed.events[0].properties
    assert newcomer.traits == {}
    assert newcomer.event_id > parsed.events[0].event_id
    assert (newcomer.dedupe_key, newcomer.dedupe_ttl) == ("newcomer:94:2006@test.com", None)
    other_list = parse(SENT | {"ListID": "3"})
    assert other_list.newcomer.dedupe_key == "newcomer:3:2006@test.com"


@pytest.mark.parametrize("newcomer", [True, False])
def test_the_answer_names_the_event_and_says_whether_identify_was_sent(newcomer):
    call = DIALECT.open(request(SENT), "event")
    parsed = DIALECT.parse(call, principal())
    body = json.loads(DIALECT.reply(parsed, Findings(newcomer=newcomer), None).body)
    assert body == {
        "status": "success",
        "uuid": parsed.events[0].event_id,
        "external_id": "user-id-2006",
        "identify_event_sent": newcomer,
    }


def test_identify_is_an_event_of_the_list_whose_properties_are_traits():
    parsed = parse(SENT | {"Event": "identify", "Properties": {"firstName": "Ann"}})
    (event,) = parsed.events
    assert (event.kind, event.name, event.stored) == ("identify", "identify", True)
    assert event.traits == event.properties == {"firstName": "Ann"}
    assert parsed.subscriber == ("94", "2006@test.com")
    assert parsed.newcomer is None
    assert json.loads(DIALECT.reply(parsed, NOTHING, None).body)["identify_event_sent"] is True


def test_a_conversion_becomes_order_id_name_and_value_and_counts_once_a_list():
    parsed = parse(SENT | {"Event": "conversion", "Properties": CONVERSION | {"colour": "red"}})
    (event,) = parsed.events
    assert (event.kind, event.name, event.order_id) == ("conversion", "purchase", "my-order-234")
    assert (event.value, event.currency) == (Decimal("290.5"), "USD")
    assert event.dedupe_key == "conversion:94:my-order-234:purchase:290.5"
    assert (event.dedupe_scope, event.dedupe_ttl) == ("workspace", None)
    assert event.properties == CONVERSION | {"colour": "red"}
    assert (parsed.newcomer.value, parsed.newcomer.order_id, parsed.newcomer.currency) == (None, None, None)


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        (290.50, "290.5"),
        (19.99, "19.99"),
        (0, "0"),
        (-5, "-5"),
        ("290.50", "290.50"),
        ("-1", "-1"),
        (99999999999999999999, "99999999999999999999"),
        ("1e3", "1000"),
        (".5", "0.5"),
        (" +5. ", "5"),
        ("0e99", "0"),
        (9.9e28, "9.9e28"),
    ],
)
def test_a_conversion_value_keeps_its_digits(sent, value):
    properties = CONVERSION | {"conversion-value": sent}
    assert parse(SENT | {"Event": "conversion", "Properties": properties}).events[0].value == Decimal(value)


def test_a_conversion_told_again_is_one_and_its_refund_another():
    def key(**sent):
        return parse(SENT | {"Event": "conversion", "Properties": CONVERSION | sent}).events[0].dedupe_key

    told = key()
    assert told == key(**{"conversion-value": "290.500"})
    assert key(**{"conversion-value": 0}) == key(**{"conversion-value": "-0.0"}) == key(**{"conversion-value": "0e99"})
    others = [{"conversion-value": -290.5}, {"conversion-name": "refund"}, {"conversion-id": "my-order-235"}]
    assert len({told, *(key(**other) for other in others)}) == 4


def test_colons_make_no_two_conversions_one():
    def key(order_id, name):
        sent = CONVERSION | {"conversion-id": order_id, "conversion-name": name}
        return parse(SENT | {"Event": "conversion", "Properties": sent}).events[0].dedupe_key

    assert key("a", "b") == "conversion:94:a:b:290.5"
    assert len({key("a:b", "c"), key("a", "b:c"), key("3:a:b", "c"), key("3:a:b:1", "c")}) == 4


@pytest.mark.parametrize(
    "value", ["", "free", "1_000", "1e99", 1e29, ".", "1e", "5 5", "NaN", "Infinity", "１２", True, None, [], {}]
)
def test_a_conversion_value_that_is_no_number_counts_as_missing(value):
    properties = CONVERSION | {"conversion-value": value}
    assert codes(answer(request(SENT | {"Event": "conversion", "Properties": properties}))) == [10]


@pytest.mark.parametrize("name", ["pageView", "pageview"])
def test_page_views_keep_the_name_that_was_sent(name):
    (event,) = parse(SENT | {"Event": name}).events
    assert (event.kind, event.name) == ("page", name)


@pytest.mark.parametrize(
    ("sent", "kept"), [("u1", "u1"), (2006, "2006"), (12345678901234567890123, "12345678901234567890123")]
)
def test_an_id_is_the_user_id_and_comes_back(sent, kept):
    parsed = parse(SENT | {"ID": sent})
    assert parsed.events[0].user_id == kept
    assert parsed.answer.external_id == kept


@pytest.mark.parametrize("missing", [{}, {"ID": None}, {"ID": ""}, {"ID": "  "}])
def test_without_an_id_a_random_one_is_answered_that_names_nobody(missing):
    first, second = (parse(without(SENT, "ID") | missing) for _ in range(2))
    assert first.events[0].user_id is None
    assert first.answer.external_id not in ("", first.events[0].event_id, second.answer.external_id)


def test_is_test_succeeds_without_a_trace():
    parsed = parse(SENT | {"Properties": {"isTest": True}})
    assert (parsed.events, parsed.subscriber, parsed.newcomer) == ((), None, None)
    body = json.loads(DIALECT.reply(parsed, NOTHING, None).body)
    assert (body["status"], body["identify_event_sent"]) == ("success", False)


@pytest.mark.parametrize("properties", [{"isTest": False}, {"istest": True}, {"isTest": "true"}, {"isTest": 1}])
def test_only_is_test_true_is_a_test(properties):
    assert len(parse(SENT | {"Properties": properties}).events) == 1


def test_property_names_and_values_stay_as_sent():
    properties = {"Page": {"URL": ["a", 1, None]}, "page": 9007199254740993, "$lib": 1.5}
    assert parse(SENT | {"PROPERTIES": properties, "Properties": properties}).events[0].properties == properties


def test_optional_email_is_optional_except_for_identify():
    parsed = parse(without(SENT, "Email"), octeth_email="optional")
    assert (parsed.events[0].email, parsed.subscriber, parsed.newcomer) == (None, None, None)
    identify = request(without(SENT, "Email") | {"Event": "identify"})
    assert codes(answer(identify, octeth_email="optional")) == [6]


WRONG = {
    4: {"ListID": 95},
    5: {"Event": ""},
    6: {"Email": ""},
    8: {"conversion-id": ""},
    9: {"conversion-name": None},
    10: {"conversion-value": "x"},
}


@given(st.sets(st.sampled_from(sorted(WRONG))))
def test_every_code_that_applies_is_named_and_no_other(wrong):
    body = SENT | {"Event": "conversion"}
    properties = dict(CONVERSION)
    for code in wrong:
        (properties if code >= 8 else body).update(WRONG[code])
    if 5 in wrong:
        wrong = {code for code in wrong if code < 8}
    reply = answer(request(body | {"Properties": properties}))
    assert (codes(reply) if wrong else []) == sorted(wrong)
    assert reply.status == (422 if wrong else 200)


def cased(sent: dict, upper: list[bool]) -> dict:
    """The same values under names whose letters are large where `upper` says so."""
    return {
        "".join(letter.upper() if large else letter.lower() for letter, large in zip(name, upper, strict=False)): value
        for name, value in sent.items()
    }


def content(parsed: Parsed) -> list:
    return [msgspec.structs.replace(event, event_id="", properties={}) for event in (*parsed.events, parsed.newcomer)]


@given(st.lists(st.booleans(), min_size=16, max_size=16))
def test_parameter_names_count_without_regard_to_case(upper):
    plain = SENT | {"Event": "conversion", "Properties": CONVERSION}
    recased = parse(cased(plain | {"Properties": cased(CONVERSION, upper)}, upper))
    assert content(recased) == content(parse(plain))
    assert recased.events[0].properties == cased(CONVERSION, upper)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CONVERSIONS = st.fixed_dictionaries({}, optional=dict.fromkeys(CONVERSION, JSON) | {"isTest": JSON})
BODIES = JSON | st.fixed_dictionaries(
    {"APIKey": st.just("key")},
    optional={
        "ListID": st.sampled_from([94, "94", "094", 94.0]) | JSON,
        "ID": JSON,
        "Event": st.sampled_from(["conversion", "identify", "pageView"]) | JSON,
        "Email": st.just("a@b.example") | JSON,
        "Properties": CONVERSIONS | JSON,
    },
)


@settings(max_examples=300)
@given(BODIES, st.sampled_from(["event", "properties"]), st.sampled_from(["required", "optional"]))
def test_any_json_gets_an_answer_in_the_vendors_form(body, operation, email):
    reply = answer(request(body), operation, octeth_email=email)
    told = json.loads(reply.body)
    if reply.status == 200:
        assert told.keys() in ({"status", "uuid", "external_id", "identify_event_sent"}, {"ListID", "Properties"})
    else:
        assert reply.status in (400, 401, 422)
        assert told["Errors"]
        assert all(type(e["Code"]) is int and type(e["Message"]) is str and len(e) == 2 for e in told["Errors"])


@given(st.binary(max_size=64))
def test_any_bytes_get_an_answer(body):
    assert answer(request(body)).status in (400, 401)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("issues", [(), (Issue("x", "not a number", "no"),)])
def test_every_reason_has_an_answer_without_internals(reason, issues):
    reply = DIALECT.refuse(Refused(reason, "Traceback: secret", issues=issues, retry_after=1.2), None)
    assert 400 <= reply.status < 600
    assert codes(reply)
    assert b"secret" not in reply.body
    assert reply.headers == ((b"retry-after", b"2"),)


def test_the_properties_call_answers_from_the_catalog():
    seen = {"identify": Tallied(2, {"$lib": 1, "firstName": 2}), "test": Tallied(1, {"number": 1})}
    findings = Findings(properties=seen)
    parsed = parse({"APIKey": "key", "ListID": 3}, "properties")
    assert (parsed.properties_of, parsed.events) == ("3", ())
    reply = DIALECT.reply(parsed, findings, None)
    assert reply.body == b'{"ListID":"3","Properties":{"identify":["$lib","firstName"],"test":["number"]}}'


def shown(**seen):
    reply = answer(request({"APIKey": "key", "ListID": 3}), "properties", Findings(properties=seen))
    return list(json.loads(reply.body)["Properties"].items())


def test_the_properties_call_shows_conversions_under_the_vendors_name():
    names = sorted(CONVERSION)
    purchase = Tallied(3, dict.fromkeys(names, 3) | {"size": 1})
    refund = Tallied(1, {"colour": 1} | dict.fromkeys(map(str.upper, names), 1))
    assert shown(purchase=purchase, a=Tallied(1, {"x": 1}), refund=refund) == [
        ("a", ["x"]),
        ("conversion", sorted([*map(str.upper, names), "colour", *names, "size"])),
    ]


def test_the_properties_call_keeps_identify_apart_from_the_conversion_that_brought_it():
    """A newcomer's identify event has the properties of the conversion that brought the e-mail."""
    names = sorted(CONVERSION)
    identify = Tallied(2, dict.fromkeys(names, 1) | {"firstName": 1})
    assert shown(identify=identify, purchase=Tallied(1, dict.fromkeys(names, 1))) == [
        ("conversion", names),
        ("identify", [*names, "firstName"]),
    ]


def test_the_properties_call_shows_events_that_share_their_name_with_conversions():
    names = sorted(CONVERSION)
    assert shown(test=Tallied(5, dict.fromkeys(names, 2) | {"n": 3})) == [
        ("conversion", [*names, "n"]),
        ("test", ["n"]),
    ]
    assert shown(test=Tallied(3, dict.fromkeys(names[:2], 3))) == [("test", names[:2])]


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({"SessionID": "s", "ListID": "3"}, b""),
        ({"apikey": "s", "listid": "3"}, b""),
        ({}, b'{"APIKey":"s","ListID":3}'),
        ({"ListID": "94"}, b'{"APIKey":"s","listid":"03"}'),
    ],
)
def test_the_get_form_takes_query_and_body(query, body):
    call = DIALECT.open(request(body, "GET", PROPERTIES_PATH, query=query), "properties")
    assert call.secret == "s"
    assert DIALECT.parse(call, principal()).properties_of == "3"


def test_the_properties_call_needs_a_scope_of_its_own():
    scopes = {(route.method, route.path): route.scope for route in DIALECT.routes}
    assert scopes == {
        ("POST", "/api/v1/event"): "events:write",
        ("POST", PROPERTIES_PATH): "events:read",
        ("GET", PROPERTIES_PATH): "events:read",
    }


@pytest.mark.parametrize("parameter", ["SessionID", "APIKey"])
def test_either_credential_is_shown(parameter):
    assert DIALECT.open(request({parameter: "secret"}), "event").secret == "secret"


def test_a_bearer_token_stands_in():
    headers = {b"authorization": b"Bearer secret"}
    assert DIALECT.open(request({}, headers=headers), "event").secret == "secret"


def test_curls_default_content_type_is_no_obstacle():
    form = {b"content-type": b"application/x-www-form-urlencoded"}
    assert answer(request(SENT, headers=form)).status == 200
    assert answer(request(b"APIKey=key&ListID=94", headers=form)).status == 415


def large(body: bytes) -> bytes:
    """The same body with so much white space that only its secret is looked for at first."""
    return body + b" " * AT_ONCE


@pytest.mark.parametrize(
    ("body", "secret"),
    [
        (b'{"APIKey":"a"}', "a"),
        (b'{"Event":"x","apikey" : "a"}', "a"),
        (b'{"APIKEY":"a","sessionID":"b"}', "b"),
        (b'{"SessionID":"","ApiKey":"a"}', "a"),
        (b'{"SessionID":7,"ApiKey":"a"}', "a"),
        (b'{"APIKey":"\\u0061\\u00e9"}', "a\u00e9"),
        (b'{"APIKey":"APIKey"}', "APIKey"),
        (b'{"Properties":{"APIKey":"b"},"APIKey":"a","x":[{"apikey":"c"}]}', "a"),
        (b'{"x":"\\"APIKey\\":","APIKey":"a"}', "a"),
        (b'{"apikey":"b","APIKey":"a"}', "a"),
        (b'{"APIKey":"a","Properties":{"x":1e400}}', "a"),
    ],
)
def test_the_secret_of_a_large_body_is_found_before_the_rest(body: bytes, secret: str) -> None:
    call = DIALECT.open(request(large(body)), "event")
    assert (call.secret, call.payload) == (secret, None)


@given(st.dictionaries(st.sampled_from(["APIKey", "apiKEY", "SessionID", "sessionid", "Event"]), st.text() | st.none()))
def test_a_large_body_shows_what_a_small_one_does(body: dict) -> None:
    def shown(raw: bytes) -> str | Reason:
        try:
            return DIALECT.open(request(raw), "event").secret
        except Refused as refused:
            return refused.reason

    raw = json.dumps(body).encode()
    assert shown(large(raw)) == shown(raw)


@pytest.mark.parametrize(
    "body", [{}, {"Properties": {"APIKey": "b"}}, {"APIKey": None, "x": "APIKey"}, {"APIKey": [1]}]
)
def test_a_large_body_without_a_secret_may_have_it_in_a_header(body: dict) -> None:
    raw = large(json.dumps(body).encode())
    with pytest.raises(Refused) as refused:
        DIALECT.open(request(raw), "event")
    assert refused.value.reason is Reason.CREDENTIALS_MISSING
    headers = {b"content-type": b"application/json", b"authorization": b"Bearer a"}
    assert DIALECT.open(request(raw, headers=headers), "event").secret == "a"


def test_a_large_body_with_its_key_is_understood_like_a_small_one():
    raw = json.dumps(SENT | {"Email": ""}).encode()
    wanted, found = (
        msgspec.structs.replace(parse(body, octeth_email="optional").events[0], event_id="")
        for body in (raw, large(raw))
    )
    assert found == wanted
    listed = large(b'{"APIKey":"s","listid":"03"}')
    call = DIALECT.open(request(listed, "GET", PROPERTIES_PATH, query={"ListID": "94"}), "properties")
    assert DIALECT.parse(call, principal()).properties_of == "3"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"APIKey":"key","Properties":{"x":1e400}}', 400),
        (b'{"APIKey":"key","x":' + b"[" * 200 + b"]" * 200 + b"}", 400),
        (b'{"APIKey":"key","x":"\xff"}', 400),
        (b'{"APIKey":"key"', 400),
        (b'["APIKey"]', 400),
        (b'{"APIKey":"key"}', 422),
        (b'{"Event":"x"}', 401),
    ],
)
def test_what_is_wrong_with_a_large_body_is_told(body, status):
    assert answer(request(large(body))).status == status


def test_nothing_is_built_of_a_large_body_before_its_sender_is_known():
    sent = request(b'{"APIKey":"a","x":[' + b"{}," * 200_000 + b"1]}")
    tracemalloc.start()
    try:
        DIALECT.open(sent, "event")
        assert tracemalloc.get_traced_memory()[1] < 3 * len(sent.body)
    finally:
        tracemalloc.stop()
