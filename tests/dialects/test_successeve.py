"""What recordings cannot show of Successeve: where keys are found, and rules that hold for any body."""

import base64
import json
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.collector.dialects.base import Findings, Reply, Request
from bowerbird.collector.dialects.successeve import Successeve
from bowerbird.collector.dialects.successeve.answers import REFUSALS
from bowerbird.collector.dialects.successeve.envelopes import FORM_LIMIT
from bowerbird.event import Event, event_ids
from bowerbird.refusals import Issue, Reason, Refused
from bowerbird.registry.base import Principal, Workspace

NOW = 1_700_000_000_000_000
DIALECT = Successeve()
NOTHING = Findings()
PRINCIPAL = Principal(Workspace("default", 1), "key_1", frozenset({"events:write"}))
FORM = {b"content-type": b"application/x-www-form-urlencoded"}
SENT = {
    "contact_uid": "123456",
    "event_uid": "user_registration",
    "params": {"account_uid": "78910", "display_name": "Registration", "seats": 5},
}


def request(body=b"", method="POST", **fields) -> Request:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    values = {"query": {"api_token": "key"}, "headers": {b"content-type": b"application/json"}, **fields}
    return Request(method, "/v1/track/event", body=raw, received_at=NOW, new_id=event_ids(), **values)


def tunnel(**query) -> Request:
    return request(method="GET", query={"api_token": "key", "_method": "post", **query}, headers={})


def form(**fields) -> Request:
    return request(urlencode(fields).encode(), query={}, headers=FORM)


def event(sent: Request) -> Event:
    parsed = DIALECT.parse(DIALECT.open(sent, OPERATIONS[sent.method]), PRINCIPAL)
    (found,) = parsed.events
    return found


def answer(sent: Request) -> Reply:
    try:
        parsed = DIALECT.parse(DIALECT.open(sent, OPERATIONS[sent.method]), PRINCIPAL)
        return DIALECT.reply(parsed, NOTHING, None)
    except Refused as refused:
        return DIALECT.refuse(refused, None)


def message(sent: Request) -> str:
    reply = answer(sent)
    assert reply.status == 400
    return json.loads(reply.body)["message"]


def basic(credentials: str) -> dict[bytes, bytes]:
    return {b"authorization": b"Basic " + base64.b64encode(credentials.encode())}


OPERATIONS = {route.method: route.operation for route in DIALECT.routes}


def test_an_event_keeps_what_was_sent():
    found = event(request(SENT))
    assert (found.dialect, found.kind, found.name) == ("successeve", "track", "user_registration")
    assert (found.user_id, found.account_id, found.key_id) == ("123456", "78910", "key_1")
    assert (found.occurred_at, found.received_at, found.dedupe_key) == (NOW, NOW, None)
    assert found.properties == SENT["params"]


def test_success_is_the_vendors():
    assert answer(request(SENT)) == Reply(200, b'{"status":"success"}')


@pytest.mark.parametrize(
    ("fields", "kind", "name"),
    [
        ({"event_uid": "pageview"}, "page", "pageview"),
        ({"event_uid": "pageview", "params": {}}, "page", "pageview"),
        ({"event_uid": None, "params": {"visit_url": "http://my.example/a"}}, "page", "pageview"),
        ({"event_uid": "", "params": {"visit_url": "http://my.example/a"}}, "page", "pageview"),
        ({"event_uid": "opened", "params": {"visit_url": "http://my.example/a"}}, "track", "opened"),
    ],
)
def test_what_makes_a_page_view(fields, kind, name):
    found = event(request(SENT | fields))
    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("a@b.example", "a@b.example"), (123456, "123456"), (1.5, "1.5"), (7.0, "7"), (10**25, "1" + "0" * 25)],
)
def test_uids_are_texts_or_numbers(sent, kept):
    found = event(request({"contact_uid": sent, "event_uid": "e", "params": {"account_uid": sent}}))
    assert (found.user_id, found.account_id) == (kept, kept)


@pytest.mark.parametrize("params", [None, [], {}, {"account_uid": None}, {"account_uid": ""}])
def test_params_and_account_may_be_left_out(params):
    assert event(request(SENT | {"params": params})).account_id is None


@pytest.mark.parametrize(
    ("sent", "micros"),
    [
        (1_600_000_000, 1_600_000_000_000_000),
        (1_600_000_000.25, 1_600_000_000_250_000),
        ("2020-09-13T12:26:40Z", 1_600_000_000_000_000),
        ("2020-09-13T14:26:40+02:00", 1_600_000_000_000_000),
        ("2020-09-13T12:26:40", 1_600_000_000_000_000),
        ("2020-09-13", 1_599_955_200_000_000),
        (0, 0),
        (None, NOW),
    ],
)
def test_created_at_is_when_it_happened(sent, micros):
    assert event(request(SENT | {"created_at": sent})).occurred_at == micros


@pytest.mark.parametrize("sent", [-1, 1_600_000_000_000, 10**30, True, "", "yesterday", "2020-13-01", [], {}])
def test_created_at_must_be_a_time(sent):
    assert message(request(SENT | {"created_at": sent})) == "created_at must be unix seconds or an ISO 8601 date"


@pytest.mark.parametrize("name", ["a", "user_registration", "step_2", "2nd_step"])
def test_snake_case_names(name):
    assert event(request(SENT | {"event_uid": name})).name == name


@pytest.mark.parametrize("name", ["User", "user-registration", "a b", "_a", "a_", "a__b", "é", "a\n", 5, True, [], {}])
def test_other_names_are_refused(name):
    assert message(request(SENT | {"event_uid": name})) == "event_uid must be a name in snake case"


def test_every_broken_rule_is_named():
    broken = {"event_uid": "No", "params": {"account_uid": []}, "created_at": "x"}
    assert message(request(broken)).split("; ") == [
        "contact_uid is required",
        "event_uid must be a name in snake case",
        "params.account_uid must be a string or a number",
        "created_at must be unix seconds or an ISO 8601 date",
    ]


@pytest.mark.parametrize("credentials", ["key:", "key:secret", "key:key", "key:\n", "key:secret\n", "key\n:", "key"])
def test_basic_credentials_carry_the_key_as_user(credentials):
    assert DIALECT.open(request(SENT, query={}, headers=basic(credentials)), "event").secret == "key"


def test_line_breaks_inside_the_basic_value_do_no_harm():
    wrapped = {b"authorization": b"basic " + base64.encodebytes(b"k" * 60 + b":").strip()}
    assert DIALECT.open(request(SENT, query={}, headers=wrapped), "event").secret == "k" * 60


def test_the_query_wins_over_the_header():
    assert DIALECT.open(request(SENT, headers=basic("other:")), "event").secret == "key"


@pytest.mark.parametrize("header", [b"", b"Basic", b"Basic Og==", b"Basic /w==", b"Basic a", b"Bearer key"])
def test_without_a_key_the_answer_is_400(header):
    reply = answer(request(SENT, query={}, headers={b"authorization": header}))
    assert (reply.status, json.loads(reply.body)["code"]) == (400, "missing_api_token")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PARAMS = st.fixed_dictionaries({}, optional={"account_uid": JSON, "visit_url": JSON, "display_name": JSON})
BODIES = JSON | st.fixed_dictionaries(
    {},
    optional={
        "contact_uid": st.text(min_size=1) | JSON,
        "event_uid": st.sampled_from(["pageview", "opened"]) | JSON,
        "params": PARAMS | JSON,
        "created_at": st.integers(0, 2**40) | st.datetimes().map(str) | JSON,
    },
)


@settings(max_examples=300)
@given(BODIES)
def test_any_json_gets_an_answer_in_the_vendors_form(body):
    reply = answer(request(body))
    told = json.loads(reply.body)
    if reply.status == 200:
        assert told == {"status": "success"}
    else:
        assert reply.status == 400
        assert told.keys() == {"status", "code", "message", "error"}
        assert told["status"] == "error"
        assert told["message"] == told["error"] != ""


@given(BODIES)
def test_all_envelopes_mean_the_same(body):
    raw = json.dumps(body)
    packed = base64.b64encode(raw.encode()).decode()
    envelopes = [
        form(api_token="key", encode="none", data=raw),
        form(api_token="key", encode="base64", data=packed),
        tunnel(encode="base64", data=packed),
        tunnel(encode="base64", data=packed.replace("+", " ").rstrip("=")),
        tunnel(encode="base64", data=base64.urlsafe_b64encode(raw.encode()).decode()),
        tunnel(data=raw),
    ]
    assert {answer(envelope) for envelope in envelopes} == {answer(request(raw.encode()))}


@given(st.binary(max_size=64), st.sampled_from(["none", "base64", "gzip", ""]))
def test_any_bytes_get_an_answer(noise, encode):
    text = noise.decode("latin-1")
    assert answer(request(noise)).status == 400
    assert answer(request(noise, headers=FORM)).status == 400
    assert answer(form(api_token="key", encode=encode, data=text)).status == 400
    assert answer(tunnel(encode=encode, data=text)).status == 400


def test_a_get_that_is_no_tunnel_is_not_allowed():
    assert answer(request(method="GET")).status == 405


def test_an_unknown_encode_is_refused():
    assert message(tunnel(encode="rot13", data="{}")) == "encode must be base64 or none"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"data=" + b"x" * FORM_LIMIT, 413),
        (b"data=%FF&api_token=key", 400),
        (b"data=\xff&api_token=key", 400),
        (b"&".join(b"a%d=1" % n for n in range(21)), 400),
        (b"api_token=key&data=" + quote_plus(json.dumps(SENT)).encode(), 200),
        (json.dumps(SENT).encode(), 400),
    ],
)
def test_forms_are_bounded_and_decoded_strictly(body, status):
    assert answer(request(body, query={}, headers=FORM)).status == status


def test_curls_default_content_type_is_no_obstacle():
    assert answer(request(SENT, headers=FORM)).status == 200


@pytest.mark.parametrize("media", [b"text/plain", b"application/xml", b"multipart/form-data; boundary=x"])
def test_what_is_declared_as_something_else_is_406(media):
    assert answer(request(SENT, headers={b"content-type": media})).status == 406


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("issues", [(), (Issue("x", "y", "no"),)])
def test_every_reason_has_an_answer_without_internals(reason, issues):
    reply = DIALECT.refuse(Refused(reason, "Traceback: secret", issues=issues, retry_after=1.2), None)
    told = json.loads(reply.body)
    assert (reply.status, told["code"]) == REFUSALS[reason][:2]
    assert told["message"] == told["error"] == ("no" if issues else REFUSALS[reason][2])
    assert reply.headers == ((b"retry-after", b"2"),)
