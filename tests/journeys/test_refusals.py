"""Whatever is wrong with a request, each vendor's clients are told in that vendor's own form, over a real socket."""

import gzip
import json
import re
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

DIALECTS = ("scribe", "klaviyo", "flywheel", "successeve", "octeth")
BODY_LIMIT = 6_000_000


def scribe(document: Any, status: int) -> None:
    assert document["error"].keys() == {"type", "code", "message"}
    assert all(type(value) is str and value for value in document["error"].values())
    assert ("details" in document) == (status == 422)
    assert all({"field", "code", "message"} <= one.keys() for one in document.get("details", ()))


def klaviyo(document: Any, status: int) -> None:
    assert document["errors"]
    for error in document["errors"]:
        assert error.keys() == {"id", "status", "code", "title", "detail", "source"}
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", error["id"])
        assert error["status"] == status
        assert error["source"].keys() <= {"pointer", "parameter"}


def flywheel(document: Any, status: int) -> None:
    assert document.keys() == {"error", "code"}
    assert re.fullmatch(r"[A-Z_]+", document["code"])


def successeve(document: Any, status: int) -> None:
    assert document.keys() == {"status", "code", "message", "error"}
    assert document["status"] == "error"


def octeth(document: Any, status: int) -> None:
    assert document.keys() == {"Errors"}
    assert all(error.keys() == {"Code", "Message"} and type(error["Code"]) is int for error in document["Errors"])


FORMS: dict[str, Callable[[Any, int], None]] = {
    "scribe": scribe, "klaviyo": klaviyo, "flywheel": flywheel, "successeve": successeve, "octeth": octeth,
}  # fmt: skip
MEDIA = {"klaviyo": "application/vnd.api+json"}


@pytest.fixture(scope="module")
def workspace(new_workspace: Any) -> Any:
    """One for all: nothing is taken in it."""
    return new_workspace()


@pytest.fixture(params=DIALECTS)
def dialect(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def vendor(dialect: str, workspace: Any, vendors: Any) -> Any:
    return vendors(workspace.key)[dialect]


@pytest.fixture
def refused(dialect: str, vendor: Any, workspace: Any) -> Callable[..., int]:
    """Sends a request with good credentials; returns the status of an answer that has the vendor's form."""

    def ask(method: str = "POST", path: str = "", body: Any = None, **headers: str) -> int:
        shown = vendor.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        with httpx.Client(base_url=workspace.server.url, trust_env=False, timeout=60) as http:
            answer = http.request(method, path or vendor.path, content=body, headers=shown)
        return in_form(dialect, answer.status_code, answer.headers["content-type"], answer.text)

    return ask


def in_form(dialect: str, status: int, content_type: str, text: str) -> int:
    assert 400 <= status < 500, (status, text)
    assert content_type == MEDIA.get(dialect, "application/json")
    assert not re.search(r"Traceback|\.py\b|bowerbird|Error:", text), text
    FORMS[dialect](json.loads(text), status)
    return status


WRONG_PATHS = {
    "scribe": "/v1/analytics/nowhere",
    "klaviyo": "/api/events/nowhere/else/",
    "flywheel": "/v1/events/nowhere",
    "successeve": "/v1/track/nowhere",
    "octeth": "/api/v1/nowhere",
}


def test_a_wrong_path_is_answered_by_whose_prefix_it_is(refused: Any, dialect: str) -> None:
    assert refused(path=WRONG_PATHS[dialect], body="{}") == 404
    assert refused("GET", WRONG_PATHS[dialect]) == 404


NOT_SPOKEN = {
    "klaviyo": ["/api/metrics/", "/api/profiles/", "/api/metric-aggregates/", "/client/events/?company_id=abc"],
    "successeve": ["/v1/contact", "/v1/account", "/v1/ping?api_token=abc"],
}


def test_what_is_not_spoken_of_a_vendor_is_answered_in_its_form(refused: Any, dialect: str) -> None:
    for path in NOT_SPOKEN.get(dialect, ()):
        assert (path, refused(path=path, body="{}")) == (path, 404)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "GET"])
def test_a_wrong_method(method: str, refused: Any) -> None:
    assert refused(method) == 405


NO_BODY = {"scribe": 422}
"""The status for a body that is no event document; of the other dialects 400."""


@pytest.mark.parametrize("body", [b"", b" \n"], ids=["none", "blank"])
def test_an_empty_body(body: bytes, refused: Any, dialect: str) -> None:
    assert refused(body=body) == NO_BODY.get(dialect, 400)


MALFORMED = {
    "cut": b'{"event": {"name": "x"',
    "bare": b"hello",
    "quotes": b"{'event': 1}",
    "trailing": b'{"event": {}} {}',
    "nan": b'{"event": NaN}',
    "infinity": b'{"event": {"value": -Infinity}}',
    "deep": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "surrogate": b'{"event": "\\ud800"}',
    "control": b'{"event": "a\x00b"}',
    "latin-1": '{"event": "é"}'.encode("latin-1"),
    "utf-16": '{"event": 1}'.encode("utf-16"),
    "broken utf-8": b'{"event": "\xff\xfe\xc0\x80"}',
    "beyond a double": b'{"event": 1e400}',
    "far beyond": b'{"event": -1' + b"0" * 5000 + b".5e99999}",
    "array": b"[]",
    "array of events": b'[{"event": {}}]',
    "text": b'"event"',
    "number": b"12",
    "true": b"true",
    "null": b"null",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_body_that_is_no_json_object(body: bytes, refused: Any, dialect: str) -> None:
    assert refused(body=body) == NO_BODY.get(dialect, 400)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
def test_a_number_that_no_double_holds_inside_a_good_event(
    number: str, refused: Any, vendor: Any, dialect: str
) -> None:
    body = json.dumps(vendor.body).replace('{"mark": "mark"}', f'{{"mark": {number}}}')
    assert refused(body=body) == NO_BODY.get(dialect, 400)


NOT_JSON = {
    "scribe": (415, 415), "klaviyo": (415, 415), "flywheel": (415, 415), "successeve": (406, 400), "octeth": (415, 415),
}  # fmt: skip
"""For XML, and for a form. Successeve takes forms, of which this one holds no event."""


def test_a_content_type_that_is_not_json(refused: Any, dialect: str) -> None:
    kinds = (("text/xml", "<event/>"), ("application/x-www-form-urlencoded", "event=1"))
    assert tuple(refused(body=body, Content_Type=kind) for kind, body in kinds) == NOT_JSON[dialect]


def test_a_body_that_is_too_large(refused: Any, vendor: Any) -> None:
    padded = json.dumps(vendor.body).replace('"mark": "mark"', f'"mark": "{"x" * BODY_LIMIT}"').encode()
    assert refused(body=padded) == 413
    assert refused(body=iter([padded[:3_000_000]] * 3)) == 413
    assert refused(body=gzip.compress(padded), Content_Encoding="gzip") == 413


def test_a_body_that_does_not_decompress(refused: Any, dialect: str) -> None:
    assert refused(body=b"no gzip", Content_Encoding="gzip") == NO_BODY.get(dialect, 400)
    assert refused(body=b"{}", Content_Encoding="br") in (406, 415)


@pytest.mark.parametrize("key", ["x", "wr\u00f6ng", "k" * 5000])
def test_a_key_that_is_unknown(key: str, dialect: str, workspace: Any, vendors: Any) -> None:
    vendor = vendors(key)[dialect]
    headers = {name: value.encode() for name, value in vendor.headers.items()}
    answer = httpx.post(workspace.server.url + vendor.path, json=vendor.body, headers=headers, trust_env=False)
    assert in_form(dialect, answer.status_code, answer.headers["content-type"], answer.text) == 401


def test_no_key_at_all(dialect: str, workspace: Any, vendors: Any) -> None:
    vendor = vendors("")[dialect]
    url = workspace.server.url + vendor.path.partition("?")[0]
    answer = httpx.post(url, json=vendor.body, trust_env=False)
    status = in_form(dialect, answer.status_code, answer.headers["content-type"], answer.text)
    assert status == (400 if dialect == "successeve" else 401)


def test_nothing_of_all_that_was_taken_and_nothing_broke(refused: Any, workspace: Any) -> None:
    for body in MALFORMED.values():
        refused(body=body)
    assert workspace.api.settled()["accepted"] == 0
    assert "Traceback" not in workspace.server.errors


def test_a_path_that_is_nobodys_is_a_plain_404(shared_server: Any) -> None:
    answer = httpx.get(shared_server.url + "/nowhere", trust_env=False)
    assert (answer.status_code, answer.json()) == (404, {"error": "not found"})


NO_HTTP = (b"GARBAGE\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nA: " + b"x" * 200_000 + b"\r\n\r\n")


@pytest.mark.parametrize("sent", NO_HTTP, ids=["method", "version", "head"])
def test_what_is_no_http_is_refused_without_a_trace(sent: bytes, shared_server: Any) -> None:
    address = httpx.URL(shared_server.url)
    with socket.create_connection((address.host, address.port), timeout=30) as line:
        line.sendall(sent)
        heard = line.recv(65536)
    assert heard.startswith(b"HTTP/1.1 400 ")
    assert b"Traceback" not in heard
