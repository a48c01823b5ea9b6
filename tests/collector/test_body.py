"""Bodies, sent in every way that HTTP knows and in some that it does not."""

import asyncio
import gzip
import json
import sys
import threading
import zlib
from typing import Any

import pytest

from bowerbird.collector.body import read_body
from bowerbird.collector.dialects.base import AT_ONCE, Throttle
from bowerbird.collector.held import Held, Hold

LIMIT = 100_000
PLAIN = json.dumps({"name": "padded", "text": "x" * 50_000}).encode()


def deflated(body: bytes, window: int) -> bytes:
    stream = zlib.compressobj(wbits=window)
    return stream.compress(body) + stream.flush()


def chunked(*chunks: bytes) -> list[bytes]:
    return [b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b"")]


def named(value: object) -> str:
    return value if isinstance(value, str) else "body"


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("identity", PLAIN),
        ("gzip", gzip.compress(PLAIN)),
        ("GZIP", gzip.compress(PLAIN)),
        ("gzip", gzip.compress(PLAIN[:5]) + gzip.compress(b"") + gzip.compress(PLAIN[5:])),
        ("gzip, identity", gzip.compress(PLAIN)),
        ("x-gzip", gzip.compress(PLAIN)),
        ("deflate", deflated(PLAIN, 15)),
        ("deflate", deflated(PLAIN, -15)),
    ],
    ids=named,
)
def test_reads_a_compressed_body(collector: Any, coding: str, body: bytes) -> None:
    answer = collector.post(body, content_encoding=coding)
    assert answer.status_code == 202
    assert collector.logged("padded")[-1].properties == json.loads(PLAIN)


def test_reads_a_large_compressed_body(serve: Any) -> None:
    collector = serve(body_limit=10_000_000)
    noise = {"name": "noise", "list": [pow(7, n, 10**9) for n in range(100_000)]}
    body = gzip.compress(json.dumps(noise).encode())
    assert len(body) > 65_536
    assert collector.post(body, content_encoding="gzip").status_code == 202
    assert collector.logged("noise")[0].properties == noise


def test_what_a_small_body_becomes_a_large_one_of_is_decompressed_beside_the_loop() -> None:
    at_once: list[tuple[bool, int]] = []

    def decompressing(frame: Any, what: str, made: Any) -> None:
        if what == "return" and frame.f_code.co_name == "_decompress" and made is not None:
            at_once.append((threading.current_thread() is threading.main_thread(), len(made)))

    async def read(size: int) -> int:
        body = gzip.compress(b" " * size)
        headers = {b"content-encoding": b"gzip", b"content-length": b"%d" % len(body)}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        return len(await read_body(headers, receive, 6_000_000, Hold(Held(), None)))

    threading.setprofile(decompressing)
    sys.setprofile(decompressing)
    try:
        assert [asyncio.run(read(size)) for size in (AT_ONCE, AT_ONCE + 1, 6_000_000)] == [65_536, 65_537, 6_000_000]
    finally:
        threading.setprofile(None)
        sys.setprofile(None)
    assert at_once == [(True, AT_ONCE), (False, AT_ONCE + 1), (False, 6_000_000)]


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("br", PLAIN, "media_type_unsupported"),
        ("gzip, gzip", gzip.compress(gzip.compress(PLAIN)), "media_type_unsupported"),
        ("gzip", PLAIN, "encoding_invalid"),
        ("gzip", gzip.compress(PLAIN)[:-5], "encoding_invalid"),
        ("gzip", gzip.compress(PLAIN) + b"tail", "encoding_invalid"),
        ("gzip", gzip.compress(PLAIN) + gzip.compress(b"")[:-1], "encoding_invalid"),
        ("gzip", gzip.compress(b"") * 60 + gzip.compress(PLAIN), "encoding_invalid"),
        ("gzip", gzip.compress(b"x" * LIMIT) + gzip.compress(b"x"), "body_too_large"),
        ("gzip", deflated(PLAIN, 15), "encoding_invalid"),
        ("deflate", gzip.compress(PLAIN), "encoding_invalid"),
        ("gzip", gzip.compress(b"x" * (LIMIT + 1)), "body_too_large"),
        ("gzip", gzip.compress(b"\0" * 90_000_000), "body_too_large"),
        ("deflate", deflated(b"\0" * 90_000_000, -15), "body_too_large"),
        ("gzip", gzip.compress(b"x" * LIMIT), "json_malformed"),
    ],
    ids=named,
)
def test_refuses_what_does_not_decompress_within_the_limit(
    collector: Any, coding: str, body: bytes, reason: str
) -> None:
    assert collector.reason(body, content_encoding=coding) == reason


def test_the_limit_is_the_last_length_taken(collector: Any) -> None:
    assert collector.reason(b" " * LIMIT) == "body_empty"
    assert collector.reason(b" " * (LIMIT + 1)) == "body_too_large"


def test_a_declared_length_is_refused_without_reading(collector: Any) -> None:
    heard = collector.say(collector.head(content_length=10**15))
    assert heard.startswith(b"HTTP/1.1 499 ")
    assert b"body_too_large" in heard


def test_a_connection_outlives_a_body_that_was_too_large(collector: Any) -> None:
    for _ in range(3):
        assert collector.reason(b"x" * 5_000_000) == "body_too_large"
        assert collector.post({"name": "after"}).status_code == 202


def test_reads_a_body_in_pieces(collector: Any) -> None:
    body = b'{"name":"pieces"}'
    heard = collector.say(collector.head(content_length=len(body)), body[:1], body[1:9], body[9:])
    assert heard.startswith(b"HTTP/1.1 202 ")


def test_reads_a_chunked_body(collector: Any) -> None:
    heard = collector.say(collector.head(transfer_encoding="chunked"), *chunked(b'{"na', b'me":"chunked"}'))
    assert heard.startswith(b"HTTP/1.1 202 ")
    assert collector.logged("chunked")


def test_chunks_without_end_are_refused(collector: Any) -> None:
    chunks = b"".join(chunked(b"x" * 10_000)[:1] * 12)
    heard = collector.say(collector.head(transfer_encoding="chunked") + chunks)
    assert b"body_too_large" in heard


def test_no_body_at_all_is_an_empty_one(collector: Any) -> None:
    assert b"body_empty" in collector.say(collector.head())
    assert b"body_empty" in collector.say(collector.head(content_length=0))
    assert b"body_empty" in collector.say(collector.head(content_length=0, content_encoding="gzip"))


def test_waits_to_be_asked_for_the_body(collector: Any) -> None:
    body = b'{"name":"asked"}'
    with collector.connect() as raw:
        raw.sendall(collector.head(content_length=len(body), expect="100-continue"))
        assert raw.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.sendall(body)
        assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")


def test_does_not_ask_for_a_body_that_is_too_large(collector: Any) -> None:
    heard = collector.say(collector.head(content_length=10**9, expect="100-continue"))
    assert heard.startswith(b"HTTP/1.1 499 ")


@pytest.mark.parametrize(
    "lines",
    [
        {"content_length": 90_000},
        {"content_length": 10**9},
        {"content_length": 100, "content_encoding": "gzip"},
        {"transfer_encoding": "chunked"},
        {"content_length": 90_000, "expect": "100-continue"},
    ],
    ids=str,
)
def test_who_has_no_key_need_not_send_a_body_that_may_be_large(collector: Any, lines: dict[str, Any]) -> None:
    head = collector.head(**lines)
    for sent, reason in ((b"nobody's", b"credentials_invalid"), (b"", b"credentials_missing")):
        heard = collector.say(head.replace(b"parrot-key", sent))
        assert heard.startswith(b"HTTP/1.1 499 ")
        assert reason in heard


def test_who_is_refused_early_counts_no_call(serve: Any) -> None:
    collector = serve(throttle=Throttle(burst=None, steady=1))
    assert collector.reason(b"x" * (LIMIT + 1)) == "body_too_large"
    assert collector.post({"name": "x" * 90_000}).status_code == 202
    assert collector.reason({"name": "x" * 90_000}) == "throttled"


def test_a_sender_that_hangs_up_is_forgotten_quietly(collector: Any, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        with collector.connect() as raw:
            raw.sendall(collector.head(content_length=1000) + b'{"name":"half"')
    assert collector.post({"name": "whole"}).status_code == 202
    assert not collector.logged("half")
    assert caplog.records == []


@pytest.mark.parametrize(
    "lines",
    [
        {"content_length": "-1"},
        {"content_length": "5", "Content_Length": "6"},
        {"content_length": "0x5"},
        {"transfer_encoding": "chunked", "content_length": "5"},
        {"transfer_encoding": "bogus"},
    ],
)
def test_a_length_that_makes_no_sense_ends_the_connection(collector: Any, lines: dict[str, str]) -> None:
    heard = collector.say(collector.head(**lines))
    assert heard.startswith(b"HTTP/1.1 400 ")
    assert heard.count(b"HTTP/1.1 ") == 1
