"""The collector: a bare ASGI application."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from bowerbird.collector.body import Receive, SenderGoneError, read_body
from bowerbird.collector.cross_origin import preflight, readable
from bowerbird.collector.dialects.base import AT_ONCE, Reply
from bowerbird.collector.endpoint import Endpoint, Head
from bowerbird.collector.held import Held, Hold
from bowerbird.collector.notes import Notes
from bowerbird.collector.parts import Parts
from bowerbird.collector.routing import Routes, Target
from bowerbird.collector.watched_log import WatchedLog
from bowerbird.refusals import Reason, Refused

Scope = Mapping[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_NOT_FOUND = Reply(404, b'{"error":"not found"}')
_HEALTHY = Reply(200, b'{"status":"ok"}')
_READY = Reply(200, b'{"status":"ready"}')


class Collector:
    """Answers every request in its vendor's form, and nobody's with more than a plain line of JSON.

    Raises `ValueError` when two dialects claim the same method and path.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._log = WatchedLog(parts.log, parts.clock)
        self._notes = Notes(parts.refusals, parts.masks, parts.registry, parts.clock)
        self.endpoint = Endpoint(parts, self._log, self._notes)
        self.routes = Routes(parts.dialects)
        self.short_body = min(parts.body_limit, AT_ONCE)
        """Bytes of the largest body that may go the short way."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        head, incoming = _head(scope), _Incoming(receive)
        try:
            reply = await self._answer(head, incoming)
        except SenderGoneError:
            return
        await _respond(send, reply if incoming.ended or not _has_body(head) else _last(reply))

    async def _answer(self, head: Head, incoming: "_Incoming") -> Reply:
        target = self.routes.target(head.method, head.path)
        if target is not None:
            reply = await self.endpoint.receive(target, head, incoming)
            return readable(reply) if target.route.cross_origin else reply
        with suppress(Refused):
            await read_body(head.headers, incoming, AT_ONCE, Hold(Held(), None))
        return await self._elsewhere(head)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._parts.registry.start()
        self._notes.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._parts.registry.stop()
        await self._parts.log.close()
        self._parts.limiter.close()
        await self._notes.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _elsewhere(self, head: Head) -> Reply:
        """The answer to a method and path that no route has."""
        if head.path == "/healthz":
            return _HEALTHY
        if head.path == "/readyz":
            return await self._readiness()
        if targets := self.routes.at(head.path):
            return self._other_method(head, targets)
        dialect, refused = self.routes.owner(head.path), Refused(Reason.NOT_FOUND)
        reply = _NOT_FOUND if dialect is None else dialect.refuse(refused, None)
        return self.endpoint.noted(dialect, head, None, refused, reply)

    def _other_method(self, head: Head, targets: list[Target]) -> Reply:
        allow = ", ".join(sorted({target.route.method for target in targets} | {"OPTIONS"})).encode()
        cross_origin = any(target.route.cross_origin for target in targets)
        if head.method == "OPTIONS":
            return preflight(allow) if cross_origin else Reply(204, content_type=b"", headers=((b"allow", allow),))
        dialect, refused = targets[0].dialect, Refused(Reason.METHOD_NOT_ALLOWED)
        reply = self.endpoint.noted(dialect, head, None, refused, dialect.refuse(refused, None))
        reply = msgspec.structs.replace(reply, headers=(*reply.headers, (b"allow", allow)))
        return readable(reply) if cross_origin else reply

    async def _readiness(self) -> Reply:
        if self._parts.registry.snapshot is None:
            return _not_ready("registry")
        return _READY if await self._log.takes_events() else _not_ready("log")


class _Incoming:
    """A request's body, as it is received."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.ended = False
        """Whether all of it was received."""

    async def __call__(self) -> dict[str, Any]:
        message = await self._receive()
        self.ended = not message.get("more_body", False)
        return message


def _has_body(head: Head) -> bool:
    return b"transfer-encoding" in head.headers or head.headers.get(b"content-length", b"0") != b"0"


def _last(reply: Reply) -> Reply:
    """The reply as the last one of its connection: the sender may still be sending what nobody reads."""
    return msgspec.structs.replace(reply, headers=(*reply.headers, (b"connection", b"close")))


def _head(scope: Scope) -> Head:
    client = scope["client"]
    headers = dict(scope["headers"])
    return Head(scope["method"], scope["path"], scope["query_string"], headers, client[0] if client else None)


def _not_ready(missing: str) -> Reply:
    return Reply(503, msgspec.json.encode({"status": "not ready", "waits_for": missing}))


async def _respond(send: Send, reply: Reply) -> None:
    """An empty content type is left out, and so is the length of an answer that cannot have a body."""
    headers = [*reply.headers]
    if reply.content_type:
        headers.append((b"content-type", reply.content_type))
    if reply.status != 204:
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
