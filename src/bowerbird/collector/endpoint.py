"""The way of one request, from its bytes to its answer."""

import asyncio
import logging
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec

from bowerbird.collector.admission import Admission
from bowerbird.collector.body import Receive, SenderGoneError, read_body
from bowerbird.collector.dialects.base import AT_ONCE, Call, Dialect, Findings, Parsed, Quota, Reply, Request
from bowerbird.collector.lookups import NOTHING, Lookups, asks
from bowerbird.collector.notes import Asked, Notes
from bowerbird.collector.parts import Parts
from bowerbird.collector.routing import Target
from bowerbird.collector.watched_log import WatchedLog
from bowerbird.errors import LogUnavailableError
from bowerbird.event import event_ids
from bowerbird.refusals import Reason, Refused
from bowerbird.registry.base import Workspace

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")
_RETRY = 1.0
"""Seconds after which a sender may try again what the log did not take."""


class Head(NamedTuple):
    """What a request says before its body."""

    method: str
    path: str
    query: bytes
    headers: dict[bytes, bytes]
    """Names in lower case; of a name given twice, the last value."""
    client_ip: str | None


class Endpoint:
    def __init__(self, parts: Parts, log: WatchedLog, notes: Notes) -> None:
        self._log = log
        self._notes = notes
        self._clock = parts.clock
        self._body_limit = parts.body_limit
        self._aside = _Aside()
        self._new_id = event_ids(Random().getrandbits)  # noqa: S311  # to be told apart, not to be guessed
        self._admission = Admission(parts.registry, parts.limiter)
        self._lookups = Lookups(parts.registers, parts.catalog)

    async def answer(self, target: Target, head: Head, body: bytes | Receive) -> Reply:
        """The vendor's answer to a request whose body is there (then it is not compressed, and within the limit), or
        still to be received. A success is answered after the events are durable. Raises `SenderGoneError`."""
        dialect, route = target
        quota: Quota | None = None
        call: Call | None = None
        try:
            if not isinstance(body, bytes):
                body = await read_body(head.headers, body, self._body_limit)
            request = self._request(head, body)
            if len(body) <= AT_ONCE:
                call = dialect.open(request, route.operation)
                principal, quota = self._admission.admit(call, dialect, route)
                parsed = dialect.parse(call, principal)
            else:
                call = await self._aside.run(dialect.open, request, route.operation)
                principal, quota = self._admission.admit(call, dialect, route)
                parsed = await self._aside.run(dialect.parse, call, principal)
            findings = await self._lookups.find(parsed, principal.workspace) if asks(parsed) else NOTHING
            await self._record(parsed, findings, principal.workspace)
            return dialect.reply(parsed, findings, quota)
        except Refused as refused:
            return self.noted(dialect, head, call, refused, dialect.refuse(refused, quota))
        except LogUnavailableError:
            unavailable = Refused(Reason.UNAVAILABLE, retry_after=_RETRY)
            return self.noted(dialect, head, call, unavailable, dialect.refuse(unavailable, quota))
        except SenderGoneError:
            raise
        except Exception:
            return self.noted(dialect, head, call, Refused(Reason.INTERNAL), _failed(dialect, head, quota))

    def noted(self, dialect: Dialect | None, head: Head, call: Call | None, refused: Refused, reply: Reply) -> Reply:
        """The reply, once it is noted that the request was refused. `dialect`: None where the path is no vendor's."""
        request, secret = (self._request(head, b""), None) if call is None else (call.request, call.secret)
        self._notes.note(Asked(dialect, request, secret), refused, reply)
        return reply

    def _request(self, head: Head, body: bytes) -> Request:
        new_id = self._new_id if len(body) <= AT_ONCE else self._aside.new_id
        query = _query(head.query) if head.query else {}
        return Request(head.method, head.path, query, head.headers, body, self._clock.now(), new_id, head.client_ip)

    async def _record(self, parsed: Parsed, findings: Findings, workspace: Workspace) -> None:
        """Returns when the events are durable. A newcomer's own event comes behind what made it one."""
        events = parsed.events
        if findings.newcomer and parsed.newcomer is not None:
            events = (*events, parsed.newcomer)
        if events:
            await self._log.append(events)
        if findings.newcomer and parsed.subscriber is not None:
            await self._lookups.welcome(parsed.subscriber, workspace)


class _Aside:
    """Parses large bodies in a thread, one at a time: small ones need not wait, and memory stays bounded."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self.new_id = event_ids(Random().getrandbits)  # noqa: S311  # to be told apart, not to be guessed
        """For these requests alone: a maker serves one thread at a time."""

    async def run(self, step: Callable[..., _T], *given: Any) -> _T:
        async with self._turn:
            return await asyncio.to_thread(_freeing, step, *given)


def _freeing(step: Callable[..., _T], *given: Any) -> _T:
    """Runs the step. What a refusal's traceback holds, a decoded body, is set free here and not by the loop."""
    try:
        return step(*given)
    except Refused as refused:
        raise refused.with_traceback(None) from None


def _query(text: bytes) -> dict[str, str]:
    """Of a name given twice, the last value stands."""
    return dict(parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True))


def _failed(dialect: Dialect, head: Head, quota: Quota | None) -> Reply:
    """Tells the operator what broke, and the sender only under which id the operator finds it."""
    fault = uuid4().hex
    _logger.exception("Fault %s in %s, %s %s", fault, dialect.name, head.method, head.path)
    reply = dialect.refuse(Refused(Reason.INTERNAL), quota)
    return msgspec.structs.replace(reply, headers=(*reply.headers, (b"x-fault-id", fault.encode())))
