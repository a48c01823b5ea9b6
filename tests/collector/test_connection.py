"""Bounds on what a client may send, and how slowly."""

import socket
import struct
import time
from typing import Any

import pytest

from bowerbird.collector import corked
from bowerbird.collector.connection import HEAD_BYTES, Connection

BODY = b'{"name":"a"}'


@pytest.fixture
def hasty(serve: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A collector that does not wait long for a request to arrive."""
    monkeypatch.setattr(Connection, "arrival", 0.3)
    return serve()


def requests(collector: Any, count: int) -> bytes:
    head = collector.head(content_length=len(BODY)).replace(b"connection: close", b"x: y")
    return (head + BODY) * count


def test_a_head_may_be_large_and_not_endless(collector: Any) -> None:
    fits = collector.head(content_length=len(BODY), filler="x" * (HEAD_BYTES // 2))
    assert collector.say(fits + BODY).startswith(b"HTTP/1.1 202 ")
    with collector.connect() as raw:
        raw.sendall(b"POST /parrot/events HTTP/1.1\r\nfiller: ")
        with pytest.raises(OSError):  # noqa: PT012
            for _ in range(100):
                raw.sendall(b"x" * 10_000)
                time.sleep(0.01)


@pytest.mark.parametrize(
    "start", [b"", b"POST /parrot", b"POST /parrot/events HTTP/1.1\r\ncontent-length: 5\r\n\r\n12"]
)
def test_a_request_that_does_not_arrive_ends_the_connection(hasty: Any, start: bytes) -> None:
    began = time.monotonic()
    with hasty.connect() as raw:
        raw.sendall(start)
        try:
            heard = raw.recv(1000)
        except ConnectionResetError:
            heard = b""
    assert heard == b""
    assert 0.2 < time.monotonic() - began < 2


def test_dripping_does_not_win_time(hasty: Any) -> None:
    began = time.monotonic()
    with hasty.connect() as raw, pytest.raises(OSError):  # noqa: PT012
        while time.monotonic() - began < 3:
            raw.sendall(b"x")
            time.sleep(0.05)
    assert time.monotonic() - began < 2


def test_a_connection_in_use_goes_on(hasty: Any) -> None:
    with hasty.connect() as raw:
        for _ in range(4):
            raw.sendall(requests(hasty, 1))
            assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")
            time.sleep(0.15)


@pytest.mark.parametrize(("path", "method"), [("/parrot/nowhere", "POST"), ("/parrot/events", "PUT"), ("/x", "PUT")])
def test_a_late_body_does_not_end_the_connection(hasty: Any, path: str, method: str) -> None:
    with hasty.connect() as raw:
        head = hasty.head(path, method, content_length=5).replace(b"connection: close", b"x: y")
        raw.sendall(head)
        time.sleep(0.05)
        raw.sendall(b"12345")
        assert raw.recv(1000).startswith((b"HTTP/1.1 499 ", b"HTTP/1.1 404 "))
        time.sleep(0.5)
        raw.sendall(requests(hasty, 1))
        assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")


def test_requests_sent_ahead_are_answered_one_by_one(serve: Any) -> None:
    collector = serve()
    with collector.connect() as raw:
        raw.sendall(requests(collector, 50))
        heard = b""
        while heard.count(b"HTTP/1.1 202 ") < 50:
            heard += raw.recv(65_536)
    assert len(collector.logged()) == 50


def test_only_its_own_head_counts_against_a_request(serve: Any) -> None:
    collector = serve()
    body = b'{"name":"%b"}' % (b"x" * 90_000)
    one = requests(collector, 1)
    large = collector.head(content_length=len(body)).replace(b"connection: close", b"x: y") + body
    with collector.connect() as raw:
        raw.sendall(large + requests(collector, 599) + large + one[:20])
        time.sleep(0.05)
        raw.sendall(one[20:])
        heard = b""
        while heard.count(b"HTTP/1.1 202 ") < 602:
            piece = raw.recv(65_536)
            assert piece, heard[-300:]
            heard += piece


def test_requests_that_overlap_in_what_is_read_each_have_their_time(hasty: Any) -> None:
    one = requests(hasty, 1)
    with hasty.connect() as raw:
        raw.sendall(one[:20])
        for _ in range(8):
            time.sleep(0.1)
            raw.sendall(one[20:] + one[:20])
            assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")


@pytest.mark.parametrize("path", ["/parrot/events", "/parrot/nowhere"])
def test_a_sender_that_reads_late_gets_its_answer(collector: Any, path: str) -> None:
    """The server must not reset a connection whose sender has not come to read the answer yet."""
    rest = b"x" * 1_000_000
    with collector.connect() as raw:
        raw.sendall(collector.head(path, content_length=20 * len(rest)))
        for _ in range(20):
            raw.sendall(rest)
        assert raw.recv(1000).startswith(b"HTTP/1.1 499 ")


@pytest.mark.parametrize("path", ["/parrot/events", "/parrot/nowhere"])
@pytest.mark.parametrize("length", ["content-length: 200000", "transfer-encoding: chunked"])
def test_an_answer_before_the_end_of_its_request_ends_the_connection(collector: Any, path: str, length: str) -> None:
    head = collector.head(path).replace(b"connection: close", length.encode())
    heard = collector.say(head, b"1d4c0\r\n" + b"x" * 120_000)
    assert heard.startswith(b"HTTP/1.1 499 ")
    assert b"\r\nconnection: close\r\n" in heard


def test_who_waits_to_be_asked_for_the_body_is_asked(collector: Any) -> None:
    head = collector.head("/parrot/nowhere", content_length=len(BODY), expect="100-continue")
    with collector.connect() as raw:
        raw.sendall(head.replace(b"connection: close", b"x: y"))
        assert raw.recv(1000).startswith(b"HTTP/1.1 100 ")
        raw.sendall(BODY + requests(collector, 1))
        heard = b""
        while b" 202 " not in heard:
            heard += raw.recv(1000)
    assert heard.startswith(b"HTTP/1.1 499 ")


def test_what_comes_behind_an_answer_that_ends_the_connection_is_no_request(serve: Any) -> None:
    collector = serve()
    head = collector.head("/parrot/nowhere", content_length=5)
    heard = collector.say(head, b"12345" + requests(collector, 1))
    assert heard.count(b"HTTP/1.1 ") == 1
    assert collector.logged() == []


def test_a_sender_that_never_reads_is_left(collector: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corked, "LINGER", 0.2)
    with collector.connect() as raw, pytest.raises(OSError):  # noqa: PT012
        raw.sendall(collector.head("/parrot/nowhere", content_length=10**9))
        for _ in range(100):
            raw.sendall(b"x")
            time.sleep(0.02)


def test_an_answer_comes_in_one_piece(collector: Any) -> None:
    with collector.connect() as raw:
        for _ in range(5):
            raw.sendall(requests(collector, 1))
            assert raw.recv(65_536).endswith(b"}")


def test_clients_that_vanish_leave_no_trace_but_their_events(serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    collector = serve()
    for _ in range(100):
        with collector.connect() as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raw.sendall(requests(collector, 3))
    assert collector.post(BODY).status_code == 202
    assert caplog.records == []


def offer(collector: Any, path: str = "/parrot/events", connection: bytes = b"Upgrade, HTTP2-Settings") -> bytes:
    head: bytes = collector.head(path, content_length=len(BODY), upgrade="h2c", http2_settings="AAMAAABkAAQAoAAAAAIA")
    return head.replace(b"connection: close", b"connection: " + connection) + BODY


def test_an_offer_to_upgrade_is_passed_over(serve: Any) -> None:
    collector = serve()
    with collector.connect() as raw:
        for _ in range(3):
            raw.sendall(offer(collector))
            assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")
    assert len(collector.logged()) == 3


def test_an_offer_is_passed_over_wherever_its_head_is_split(serve: Any) -> None:
    collector = serve()
    whole = offer(collector)
    with collector.connect() as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(1, len(whole), 7):
            raw.sendall(whole[:at])
            time.sleep(0.002)
            raw.sendall(whole[at:])
            assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")


def test_offers_sent_ahead_are_passed_over(serve: Any) -> None:
    collector = serve()
    chunked = offer(collector).replace(b"content-length: 12", b"transfer-encoding: chunked")
    chunked = chunked.replace(BODY, b"c\r\n%b\r\n0\r\n\r\n" % BODY)
    with collector.connect() as raw:
        raw.sendall((requests(collector, 1) + offer(collector) + chunked) * 5)
        heard = b""
        while heard.count(b"HTTP/1.1 202 ") < 15:
            heard += raw.recv(65_536)
    assert len(collector.logged()) == 15


@pytest.mark.parametrize("path", ["/parrot/nowhere", "/parrot/names"])
def test_an_offer_behind_a_request_without_success_is_passed_over(serve: Any, path: str) -> None:
    collector = serve()
    with collector.connect() as raw:
        raw.sendall(offer(collector, path)[: -len(BODY)])
        time.sleep(0.05)
        raw.sendall(BODY)
        assert raw.recv(1000).startswith(b"HTTP/1.1 499 ")
        raw.sendall(offer(collector))
        assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")


def test_an_offer_with_the_last_request_is_passed_over(serve: Any) -> None:
    collector = serve()
    assert collector.say(offer(collector, connection=b"close, Upgrade")).startswith(b"HTTP/1.1 202 ")
    assert collector.say(offer(collector).replace(b"HTTP/1.1", b"HTTP/1.0")).startswith(b"HTTP/1.1 202 ")
    assert len(collector.logged()) == 2


@pytest.mark.parametrize("target", ["x:1", "/parrot/events"])
def test_no_tunnel_leads_through(collector: Any, target: str) -> None:
    assert collector.say(collector.head(target, "CONNECT") + BODY).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_looks_like_an_offer_is_left_as_it_is(collector: Any) -> None:
    body = b"x\r\nupgrade: y\r\n\r\n"
    assert b"json_malformed" in collector.say(collector.head(content_length=len(body)) + body)
    assert b"json_malformed" in collector.say(collector.head(content_length=len(body)), body)
