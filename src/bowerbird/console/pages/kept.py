"""Files of the pages' framework, kept in memory as they were sent: the browser of a new visitor asks for 4 MB of them
at once, and waits."""

import posixpath
from collections.abc import Mapping
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 16_000_000
"""Of all files together."""
_SPECIAL = frozenset({"range", "if-none-match", "if-modified-since", "if-range"})


class _File(NamedTuple):
    start: Message
    body: bytes


class KeptFiles:
    """Answers again what `app` answered to the same path before, if that was a whole file that never changes.
    For one event loop."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files: dict[tuple[str, bool], _File] = {}
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        path = scope["path"]
        is_plain = posixpath.normpath(path) == path  # one file has one name here, and takes its room once
        if scope["method"] != "GET" or scope["query_string"] or not is_plain or not _SPECIAL.isdisjoint(headers):
            await self._app(scope, receive, send)
            return
        key = (path, "gzip" in headers.get("accept-encoding", ""))
        file = self._files.get(key)
        if file is None:
            copy = _Copy(send)
            await self._app(scope, receive, copy.take)
            self._keep(key, copy.file())
        else:
            await send({**file.start, "headers": list(file.start["headers"])})
            await send({"type": "http.response.body", "body": file.body})

    def _keep(self, key: tuple[str, bool], file: _File | None) -> None:
        if file is not None and key not in self._files and self._bytes + len(file.body) <= MOST_BYTES:
            self._files[key] = file
            self._bytes += len(file.body)


class _Copy:
    """Passes an answer on, and keeps it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._is_whole = False

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _may_be_kept(message):
            self._start = {**message, "headers": list(message["headers"])}
        elif self._start is not None and message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
        await self._send(message)

    def file(self) -> _File | None:
        if self._start is None or not self._is_whole:
            return None
        body = b"".join(self._parts)
        return _File({**self._start, "headers": _with_length(self._start, len(body))}, body)


def _may_be_kept(start: Mapping[str, object]) -> bool:
    headers = Headers(raw=start["headers"])  # type: ignore[arg-type]
    return start["status"] == 200 and "immutable" in headers.get("cache-control", "") and "set-cookie" not in headers


def _with_length(start: Message, length: int) -> list[tuple[bytes, bytes]]:
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    return [*headers, (b"content-length", str(length).encode())]
