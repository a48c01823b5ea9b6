"""The short way of a small request. Whoever sends it must not be able to tell it from the ordinary one."""

import asyncio
import json
import re
import socket
import threading
import time
from typing import Any

import msgspec
import pytest
from uvicorn.protocols.http import httptools_impl

from bowerbird.clock import FixedClock
from bowerbird.collector import server
from bowerbird.collector.dialects.base import Throttle
from bowerbird.errors import LogUnavailableError
from bowerbird.event import Event

BODY = b'{"name":"a"}'
ORDINARY = b"x-forwarded-for: 127.0.0.1\r\n"
"""A header that means nothing, and that the short way does not take."""
VOLATILE = re.compile(rb"date: [^\r]*\r\n|\"(?:event_id|fault)\":\"[^\"]*\"|x-fault-id: [^\r]*\r\n")


class Held:
    """A log that has its appends wait until they are let go, and then takes them or not."""

    def __init__(self, room: bool = True) -> None:
        self.names: list[str] = []
        self.reached = threading.Semaphore(0)
        self._room = room
        self._open = threading.Event()

    async def append(self, events: Any) -> None:
        if not events:
            return
        self.names += [event.name for event in events]
        await asyncio.sleep(0)
        self.reached.release()
        await asyncio.to_thread(self._open.wait, 5)
        if not self._room:
            raise LogUnavailableError("no space left", "Make room on the disk.")

    def let_go(self) -> None:
        self._open.set()

    async def close(self) -> None:
        self.let_go()


def request(body: bytes = BODY, path: str = "/parrot/events", *, method: str = "POST", more: bytes = b"") -> bytes:
    start = f"{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n".encode()
    return start + more + (b"" if b"authorization" in more else b"authorization: parrot-key\r\n") + b"\r\n" + body


def chunked(body: bytes) -> bytes:
    whole = request(body)
    return whole.replace(b"content-length: %d" % len(body), b"transfer-encoding: chunked").replace(
        body, b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    )


def answers(raw: Any, count: int) -> bytes:
    """What comes until so many answers are there; answers of the parrot are JSON objects."""
    heard: bytes = b""
    while heard.count(b"HTTP/1.1 ") < count or not heard.endswith(b"}"):
        piece = raw.recv(65_536)
        assert piece, heard
        heard += piece
    return heard


@pytest.mark.parametrize(
    "sent",
    [
        request(),
        request(b"{"),
        request(b""),
        request(b'{"break":1}'),
        request(b'{"name":"a","email":"ann@example.com"}'),
        request(path="/parrot/batch"),
        request(b"[]", path="/parrot/batch"),
        request(path="/parrot/events?name=x#y"),
        request(path="http://x/parrot/events"),
        request(path="/parrot/%65vents"),
        request(path="/parrot/nowhere"),
        request(b"", "/parrot/events?name=x&name=y", method="GET"),
        request(b"", "/parrot/names?list=94", method="GET"),
        request(b"", method="HEAD", more=b"connection: close\r\n"),
        request(more=b"connection: close\r\n"),
        request(method="PUT"),
        request(more=b"authorization: nobody\r\n"),
        request(more=b"connection: keep-alive\r\n"),
        request(b'{"name":"%b"}' % (b"x" * 70_000)),
        request(b'{"name":"%b"}' % (b"x" * 200_000)),
        request().replace(b"HTTP/1.1", b"HTTP/1.0"),
        request(more=b"connection: keep-alive\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
    ids=range(22),
)
def test_both_ways_give_the_same_answer(serve: Any, sent: bytes) -> None:
    said = []
    for more in (b"", ORDINARY):
        collector = serve(throttle=Throttle(burst=None, steady=100), clock=FixedClock(1_750_000_000_000_000))
        with collector.connect() as raw:
            raw.sendall(sent.replace(b"\r\n", b"\r\n" + more, 1))
            heard = b""
            while not heard.endswith(b"}") and (piece := raw.recv(65_536)):
                heard += piece
        said.append((heard, [event.name for event in collector.logged()]))
    (short, events), (ordinary, same_events) = said
    assert sorted(VOLATILE.sub(b"", short).split(b"\r\n")) == sorted(VOLATILE.sub(b"", ordinary).split(b"\r\n"))
    assert short.startswith(b"HTTP/1.1 ")
    assert events == same_events


def test_a_small_request_needs_no_cycle_of_uvicorns(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    collector = serve()
    monkeypatch.setattr(httptools_impl, "RequestResponseCycle", None)
    with collector.connect() as raw:
        for _ in range(3):
            raw.sendall(request())
            assert answers(raw, 1).startswith(b"HTTP/1.1 202 ")


def test_requests_sent_ahead_on_both_ways_are_answered_in_order(serve: Any) -> None:
    log = Held()
    collector = serve(log=log)
    kinds = (request, chunked, request, request, chunked, chunked, request)
    with collector.connect() as raw:
        raw.sendall(b"".join(kind(b'{"name":"%d"}' % at) for at, kind in enumerate(kinds)) + request(b"{"))
        assert log.reached.acquire(timeout=5)
        time.sleep(0.05)
        assert log.names == ["0"]
        log.let_go()
        heard = answers(raw, len(kinds) + 1)
    assert log.names == [str(at) for at in range(len(kinds))]
    ids = re.findall(rb'"event_id":"([^"]*)"', heard)
    assert ids == sorted(ids)
    assert heard.rindex(b" 499 ") > heard.rindex(b" 202 ")


def test_a_request_that_comes_in_pieces(serve: Any) -> None:
    collector = serve()
    whole = request(b'{"name":"in pieces"}', more=b"connection: close\r\n")
    assert b" 202 " in collector.say(*(whole[at : at + 40] for at in range(0, len(whole), 40)))
    assert collector.logged("in pieces")


def test_a_sender_that_leaves_while_the_log_writes_does_no_harm(serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    log = Held()
    collector = serve(log=log)
    with collector.connect() as raw:
        raw.sendall(request(b'{"name":"left"}'))
        assert log.reached.acquire(timeout=5)
    log.let_go()
    assert collector.post({"name": "next"}).status_code == 202
    assert log.names == ["left", "next"]
    assert caplog.records == []


@pytest.mark.parametrize("more", [b"", ORDINARY])
def test_a_half_closed_sender_gets_its_answers(serve: Any, more: bytes) -> None:
    log = Held()
    collector = serve(log=log)
    with collector.connect() as raw:
        raw.sendall(request(more=more) * 2 + chunked(BODY)[:-7])
        raw.shutdown(socket.SHUT_WR)
        assert log.reached.acquire(timeout=5)
        time.sleep(0.05)
        log.let_go()
        heard = heard_of(raw)
    assert re.findall(rb"HTTP/1.1 (\d+)", heard) == [b"202", b"202", b"400"]
    assert len(log.names) == 2


def test_a_half_closed_sender_of_one_request_gets_its_answer(serve: Any) -> None:
    collector = serve()
    for sent in (request(), request(b"{"), chunked(BODY), request(path="/parrot/nowhere")):
        with collector.connect() as raw:
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            assert heard_of(raw).startswith(b"HTTP/1.1 ")


def test_a_half_closed_sender_without_a_request_is_left(collector: Any) -> None:
    for sent in (b"", request()[:30], request()[:-3], chunked(BODY)[:-7]):
        with collector.connect() as raw:
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            assert heard_of(raw) == b""


def test_what_the_log_does_not_take_may_be_sent_again(serve: Any) -> None:
    log = Held(room=False)
    collector = serve(log=log)
    log.let_go()
    answer = collector.post({"name": "a"})
    assert (answer.json()["reason"], answer.json()["retry_after"]) == ("unavailable", 1.0)


def heard_of(raw: Any) -> bytes:
    """All that comes until the connection ends."""
    heard = b""
    while piece := raw.recv(65_536):
        heard += piece
    return heard


@pytest.mark.parametrize("more", [b"", ORDINARY])
@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_rubbish_behind_a_request_that_waits_ends_the_connection_behind_its_answer(
    serve: Any, more: bytes, pause: float
) -> None:
    log = Held()
    collector = serve(log=log)
    with collector.connect() as raw:
        raw.sendall(request(more=more) if pause else request(more=more) + b"}")
        assert log.reached.acquire(timeout=5)
        time.sleep(pause)
        raw.sendall(b"rubbish\r\n\r\n")
        time.sleep(0.05)
        log.let_go()
        heard = heard_of(raw)
    assert heard.startswith(b"HTTP/1.1 202 ")
    assert heard.count(b"HTTP/1.1 ") == 1
    assert b"\r\nconnection: close\r\n" in heard
    assert collector.post({"name": "next"}).status_code == 202


def test_a_body_that_breaks_off_behind_requests_that_wait_is_answered_behind_them(serve: Any) -> None:
    log = Held()
    collector = serve(log=log)
    with collector.connect() as raw:
        raw.sendall(request() + request() + chunked(BODY).replace(b"\r\n0\r\n", b"?"))
        assert log.reached.acquire(timeout=5)
        time.sleep(0.05)
        log.let_go()
        heard = heard_of(raw)
    assert re.findall(rb"HTTP/1.1 (\d+)", heard) == [b"202", b"202", b"400"]
    assert len(log.names) == 2


def test_rubbish_is_answered(collector: Any) -> None:
    assert collector.say(b"rubbish\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert collector.say(request()[:20] + b"\0").startswith(b"HTTP/1.1 400 ")
    assert collector.say(chunked(BODY).replace(b"\r\n0\r\n", b"?")).startswith(b"HTTP/1.1 400 ")
    assert collector.say(request(b"{") + b"}").startswith(b"HTTP/1.1 499 ")


def test_an_answer_that_cannot_be_written_is_a_fault(
    serve: Any, parrot: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reply = parrot.reply
    evil = ((b"x-name", b"a\r\nset-cookie: b"),)
    monkeypatch.setattr(parrot, "reply", lambda *given: msgspec.structs.replace(reply(*given), headers=evil))
    heard = serve(dialects=(parrot,)).say(request())
    assert heard.startswith(b"HTTP/1.1 500 ")
    assert b"set-cookie" not in heard
    assert b"connection: close" in heard
    assert [record.name for record in caplog.records] == ["bowerbird.collector.exchange"]


def test_the_sender_behind_a_proxy_is_known(serve: Any) -> None:
    collector = serve()
    collector.post({"name": "a"}, x_forwarded_for="192.0.2.7")
    collector.post({"name": "b"})
    events: list[Event] = collector.logged()
    assert [event.context["ip"] for event in events] == ["192.0.2.7", "127.0.0.1"]


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_ipv4_senders_are_known_on_a_port_for_all_addresses(serve: Any) -> None:
    collector = serve(socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True))
    collector.post({"name": "a"}, x_forwarded_for="192.0.2.7")
    collector.post({"name": "b"})
    assert [event.context["ip"] for event in collector.logged()] == ["192.0.2.7", "127.0.0.1"]


@pytest.mark.parametrize("more", [b"", ORDINARY])
def test_an_idle_connection_is_closed_and_one_in_use_is_not(
    serve: Any, monkeypatch: pytest.MonkeyPatch, more: bytes
) -> None:
    monkeypatch.setattr(server, "KEEP_ALIVE", 0.3)
    with serve().connect() as raw:
        for _ in range(4):
            raw.sendall(request(more=more))
            assert answers(raw, 1).startswith(b"HTTP/1.1 202 ")
            time.sleep(0.15)
        began = time.monotonic()
        assert raw.recv(1) == b""
        assert time.monotonic() - began < 2


def test_a_connection_is_not_idle_while_the_log_writes(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "KEEP_ALIVE", 0.1)
    log = Held()
    with serve(log=log).connect() as raw:
        raw.sendall(request(b"{") + request())
        assert b" 499 " in answers(raw, 1)
        assert log.reached.acquire(timeout=5)
        time.sleep(0.3)
        log.let_go()
        assert json.loads(answers(raw, 1).partition(b"\r\n\r\n")[2])["event_id"]
