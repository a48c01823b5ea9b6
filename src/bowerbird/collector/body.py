"""A request's body, read and decompressed within a limit."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from bowerbird.collector.dialects.base import AT_ONCE
from bowerbird.collector.held import Hold
from bowerbird.refusals import Reason, Refused

Receive = Callable[[], Awaitable[dict[str, Any]]]

_GZIP, _ZLIB, _BARE = 31, 15, -15
_WINDOWS = {b"gzip": (_GZIP,), b"x-gzip": (_GZIP,), b"deflate": (_ZLIB, _BARE)}
"""How zlib is to read each coding. `deflate` should wear a zlib header (RFC 9110, 8.4.1.2); some send it bare."""
_MEMBERS = 50
"""Each of them costs a copy of those that follow."""


class SenderGoneError(Exception):
    """The sender hung up before its request was complete; nobody waits for an answer."""


class _TooLargeError(Exception):
    """There is more of it than was asked for."""


def may_be_large(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the body may turn out larger than `AT_ONCE`."""
    declared = headers.get(b"content-length")
    if declared is None:
        return b"transfer-encoding" in headers
    return int(declared) > AT_ONCE or b"content-encoding" in headers


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, limit: int, hold: Hold) -> bytes:
    """The body, at most `limit` bytes long, both as sent and decompressed. What it takes up is told to `hold`.

    Raises `Refused`: BODY_TOO_LARGE (from the declared length alone where there is one), MEDIA_TYPE_UNSUPPORTED (a
    content coding other than gzip and deflate), ENCODING_INVALID (it does not decompress), UNAVAILABLE (too many large
    bodies); and `SenderGoneError`.
    """
    declared = headers.get(b"content-length")
    if declared is None and b"transfer-encoding" not in headers:
        return b""
    if declared is not None and int(declared) > limit:
        raise _too_large(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body", False) or len(body) > limit or message["type"] != "http.request":
        body = await _joined(message, receive, limit, hold)
    elif len(body) > AT_ONCE:
        hold.resize(len(body))
    coding = headers.get(b"content-encoding")
    if coding is None or not body:
        return body
    body = await _decoded(body, coding.strip().lower(), limit)
    hold.resize(len(body))
    return body


async def _joined(message: dict[str, Any], receive: Receive, limit: int, hold: Hold) -> bytes:
    """The body whose first part is in `message`."""
    parts: list[bytes] = []
    size = 0
    while message["type"] == "http.request":
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
        hold.resize(size)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
    raise SenderGoneError


async def _decoded(body: bytes, coding: bytes, limit: int) -> bytes:
    coding = b",".join(each for each in map(bytes.strip, coding.split(b",")) if each and each != b"identity")
    if not coding:
        return body
    windows = _WINDOWS.get(coding)
    if windows is None:
        raise Refused(Reason.MEDIA_TYPE_UNSUPPORTED, "The content coding must be gzip or deflate")
    if len(body) <= AT_ONCE:
        with suppress(_TooLargeError):
            return _decompress(body, windows, min(limit, AT_ONCE))
    try:
        return await asyncio.to_thread(_decompress, body, windows, limit)
    except _TooLargeError:
        raise _too_large(limit) from None


def _decompress(body: bytes, windows: tuple[int, ...], limit: int) -> bytes:
    for window in windows:
        with suppress(zlib.error):
            if (plain := _members(body, window, limit)) is not None:
                return plain
    raise Refused(Reason.ENCODING_INVALID, "The body does not decompress")


def _members(body: bytes, window: int, limit: int) -> bytes | None:
    """What the body holds, None where it ends too early. Of gzip, some may follow each other (RFC 1952, 2.2)."""
    plain = b""
    for _ in range(_MEMBERS):
        stream = zlib.decompressobj(window)
        plain += stream.decompress(body, limit + 1 - len(plain))
        if len(plain) > limit:
            raise _TooLargeError
        body = stream.unused_data
        if not stream.eof or (body and window != _GZIP):
            return None
        if not body:
            return plain
    return None


def _too_large(limit: int) -> Refused:
    return Refused(Reason.BODY_TOO_LARGE, f"The body must not exceed {limit} bytes")
