"""The way of one request, from its bytes to its answer."""

import logging
from random import Random
from typing import NamedTuple
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec

from bowerbird.collector.admission import Admission
from bowerbird.collector.aside import Aside
from bowerbird.collector.body import Receive, SenderGoneError, may_be_large, read_body
from bowerbird.collector.dialects.base import AT_ONCE, Call, Dialect, Findings, Parsed, Quota, Reply, Request
from bowerbird.collector.held import Held, Hold, Owner
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
        self._held = Held()
        self._aside = Aside()
        self._new_id = event_ids(Random().getrandbits)  # noqa: S311  # to be told apart, not to be guessed
        self._admission = Admission(parts.registry, parts.limiter)
        self._lookups = Lookups(parts.registers, parts.catalog)

    async def receive(self, target: Target, head: Head, receive: Receive) -> Reply:
        """As `answer`, to a request whose body is still to be received. Who sends a large one shows a key before it is
        read, where the vendor has it stand in front. Raises `SenderGoneError`."""
        with Hold(self._held, None) as hold:
            try:
                if may_be_large(head.headers):
                    hold.owner = self._owner(target, head)
                body = await read_body(head.headers, receive, self._body_limit, hold)
            except SenderGoneError:
                raise
            except Exception as error:
                return self._refuse(target.dialect, head, None, None, error)
            return await self.answer(target, head, body, hold)

    async def answer(self, target: Target, head: Head, body: bytes, hold: Hold | None = None) -> Reply:
        """The vendor's answer. A success is answered after the events are durable. `body`: decompressed, and within
        the limit; `hold`: what counts it, None for one that is surely small."""
        dialect, route = target
        quota: Quota | None = None
        call: Call | None = None
        try:
            request = self._request(head, body)
            if hold is None or len(body) <= AT_ONCE:
                call = dialect.open(request, route.operation)
                principal, quota = self._admission.admit(call, dialect, route)
                parsed = dialect.parse(call, principal)
            else:
                call = await self._aside.run(hold.owner, dialect.open, request, route.operation)
                principal, quota = self._admission.admit(call, dialect, route)
                hold.pass_to(principal.workspace.number)
                parsed = await self._aside.run(hold.owner, dialect.parse, call, principal)
            findings = await self._lookups.find(parsed, principal.workspace) if asks(parsed) else NOTHING
            await self._record(parsed, findings, principal.workspace)
            return dialect.reply(parsed, findings, quota)
        except Exception as error:
            return self._refuse(dialect, head, call, quota, error)

    def noted(self, dialect: Dialect | None, head: Head, call: Call | None, refused: Refused, reply: Reply) -> Reply:
        """The reply, once it is noted that the request was refused. `dialect`: None where the path is no vendor's."""
        request, secret = (self._request(head, b""), None) if call is None else (call.request, call.secret)
        self._notes.note(Asked(dialect, request, secret), refused, reply)
        return reply

    def _refuse(self, dialect: Dialect, head: Head, call: Call | None, quota: Quota | None, error: Exception) -> Reply:
        """The answer to a request that ended with the error."""
        if isinstance(error, LogUnavailableError):
            error = Refused(Reason.UNAVAILABLE, retry_after=_RETRY)
        if isinstance(error, Refused):
            return self.noted(dialect, head, call, error, dialect.refuse(error, quota))
        return self.noted(dialect, head, call, Refused(Reason.INTERNAL), _failed(dialect, head, quota))

    def _owner(self, target: Target, head: Head) -> Owner:
        """Whose the request is, as far as its head tells. Raises `Refused` where it tells that it is in vain."""
        secret = target.dialect.secret_in_head(self._request(head, b""))
        return None if secret is None else self._admission.identify(secret, target.route.scope).workspace.number

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


def _query(text: bytes) -> dict[str, str]:
    """Of a name given twice, the last value stands. What is not UTF-8 comes as lone surrogates, which no JSON takes:
    replaced, it would make one of two people."""
    told = text.decode("utf-8", "surrogateescape")
    return dict(parse_qsl(told, keep_blank_values=True, errors="surrogateescape"))


def _failed(dialect: Dialect, head: Head, quota: Quota | None) -> Reply:
    """Tells the operator what broke, and the sender only under which id the operator finds it."""
    fault = uuid4().hex
    _logger.exception("Fault %s in %s, %s %s", fault, dialect.name, head.method, head.path)
    reply = dialect.refuse(Refused(Reason.INTERNAL), quota)
    return msgspec.structs.replace(reply, headers=(*reply.headers, (b"x-fault-id", fault.encode())))
