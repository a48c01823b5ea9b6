"""Who answers which method and path."""

from typing import Any

import pytest

from bowerbird.collector.dialects.base import Reply, Route
from bowerbird.collector.routing import Routes
from bowerbird.refusals import Refused

KEY = {"authorization": "parrot-key"}


class Mute:
    """A dialect of routes alone, that says its name."""

    def __init__(self, name: str, routes: tuple[Route, ...] = (), prefixes: tuple[str, ...] = ()) -> None:
        self.name = name
        self.routes = routes
        self.prefixes = prefixes

    def refuse(self, refused: Refused, quota: Any) -> Reply:
        return Reply(418, self.name.encode())


def test_two_dialects_cannot_claim_one_method_and_path() -> None:
    one = Mute("one", (Route("POST", "/events", "event"),))
    two = Mute("two", (Route("POST", "/events", "event"),))
    with pytest.raises(ValueError, match="POST /events is claimed by one and two"):
        Routes((one, two))  # type: ignore[arg-type]


def test_the_longest_prefix_decides(serve: Any) -> None:
    short, long = Mute("short", prefixes=("/api/",)), Mute("long", prefixes=("/api/v1/",))
    collector = serve(dialects=(short, long))
    assert collector.client.get("/api/v1/nothing").text == "long"
    assert collector.client.get("/api/v2/nothing").text == "short"


@pytest.mark.parametrize("path", ["/parrot/nothing", "/parrot/events/", "/parrot//events", "/parrot/Events", "/p"])
def test_a_wrong_path_is_answered_in_the_vendors_form(collector: Any, path: str) -> None:
    assert collector.reason({"name": "a"}, path) == "not_found"


@pytest.mark.parametrize("path", ["/", "/nothing", "/Parrot/events", "/healthz/", "/%2e%2e/parrot", "/%ff"])
def test_a_path_of_nobody_is_plainly_not_found(collector: Any, path: str) -> None:
    answer = collector.client.post(path)
    assert (answer.status_code, answer.json()) == (404, {"error": "not found"})


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "PROPFIND"])
def test_a_wrong_method_is_answered_in_the_vendors_form_and_told_the_right_ones(collector: Any, method: str) -> None:
    answer = collector.client.request(method, "/parrot/events", headers=KEY)
    assert answer.status_code == 499
    assert answer.headers["allow"] == "GET, OPTIONS, POST"
    if method != "HEAD":
        assert answer.json()["reason"] == "method_not_allowed"


def test_a_wrong_method_leaves_nothing(serve: Any) -> None:
    collector = serve()
    collector.client.request("HEAD", "/parrot/events?name=a", headers=KEY)
    collector.client.request("PUT", "/parrot/events", content=b'{"name":"a"}', headers=KEY)
    assert collector.logged() == []


def test_options_tells_the_methods(collector: Any) -> None:
    answer = collector.client.options("/parrot/names")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, "GET, OPTIONS", b"")
    assert "access-control-allow-origin" not in answer.headers
    assert "content-length" not in answer.headers


def test_pages_of_other_origins_may_call_a_route_that_says_so(collector: Any) -> None:
    asked = {"origin": "https://shop.example", "access-control-request-method": "POST"}
    granted = collector.client.options("/parrot/batch", headers=asked)
    assert granted.status_code == 204
    assert granted.headers["access-control-allow-origin"] == "*"
    assert "POST" in granted.headers["access-control-allow-methods"]
    for answer in (
        collector.post({"name": "a"}, "/parrot/batch"),
        collector.post(b"{", "/parrot/batch"),
        collector.client.put("/parrot/batch"),
    ):
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert "access-control-allow-origin" not in collector.post({"name": "a"}).headers


def test_odd_request_lines_get_an_answer_or_the_end_of_the_connection(collector: Any) -> None:
    for line in (
        b"OPTIONS * HTTP/1.1",
        b"GET http://other.example/healthz HTTP/1.1",
        b"CONNECT example.com:443 HTTP/1.1",
        b"GET /caf\xc3\xa9 HTTP/1.1",
        b"GET /\x00 HTTP/1.1",
        b"GET",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /healthz HTTP/1.0",
        b"POST /parrot/events HTTP/9.9",
    ):
        heard = collector.say(line + b"\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert heard.startswith(b"HTTP/1.1 "), line
        assert not heard.startswith(b"HTTP/1.1 500"), line
    assert collector.post({"name": "a"}).status_code == 202
