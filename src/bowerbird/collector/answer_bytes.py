"""An answer as it goes over the line."""

from functools import lru_cache

from uvicorn.protocols.http.httptools_impl import HEADER_VALUE_RE, STATUS_LINE

from bowerbird.collector.dialects.base import Reply


def answer_bytes(reply: Reply, defaults: list[tuple[bytes, bytes]], keep_alive: bool) -> bytes:
    """`defaults`: headers of all answers. Raises `ValueError` for a header whose value would be more than that."""
    start = _start(reply.status, reply.content_type, tuple(defaults), keep_alive)
    own = b"".join(_line(name, value) for name, value in reply.headers) if reply.headers else b""
    if reply.status == 204:
        return b"%b%b\r\n" % (start, own)
    return b"%b%bcontent-length: %d\r\n\r\n%b" % (start, own, len(reply.body), reply.body)


@lru_cache(maxsize=256)
def _start(status: int, content_type: bytes, defaults: tuple[tuple[bytes, bytes], ...], keep_alive: bool) -> bytes:
    """What answers have in common until the second, and with it the date among `defaults`, is over."""
    lines = [STATUS_LINE[status], *(_line(name, value) for name, value in defaults)]
    if content_type:
        lines.append(_line(b"content-type", content_type))
    if not keep_alive:
        lines.append(_line(b"connection", b"close"))
    return b"".join(lines)


def _line(name: bytes, value: bytes) -> bytes:
    if HEADER_VALUE_RE.search(value):
        raise ValueError(f"{name!r} cannot have the value {value!r}")
    return b"%b: %b\r\n" % (name, value)
