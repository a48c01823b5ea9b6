"""Notes what was refused and why. A note costs the request a few microseconds; the rest happens beside it, bounded
in rows, bytes and time however many requests are refused."""

import asyncio
import logging
from collections import Counter
from typing import NamedTuple

from msgspec import structs

from bowerbird.clock import Clock
from bowerbird.collector.dialects.base import Dialect, Reply, Request
from bowerbird.collector.refresh import Refresher
from bowerbird.refusallog.base import KEPT_FOR, BrokenRule, Refusal, RefusalLog
from bowerbird.refusallog.masks import Masked, Masks
from bowerbird.refusals import Issue, Refused
from bowerbird.registry.base import Principal

INTERVAL = 0.5
"""Seconds for which notes are gathered before they are written."""
MOST_OF_A_KEY = 20
"""Different refusals of one key, and of unknown keys together, that are written at once. The others are counted."""
MOST = 500
"""Different refusals of all keys that are written at once."""
_HOUR = 3600.0
_MOST_ISSUES = 20
_LONGEST = 300
_SHORTEST_SECRET = 4
"""Characters; a shorter one would be found in any text."""

_logger = logging.getLogger(__name__)


class Asked(NamedTuple):
    """A request that was refused."""

    dialect: Dialect | None
    """None: the path is no vendor's."""
    request: Request
    """As far as it was read: without its body, if it was refused before that."""
    secret: str | None = None
    """None: nobody has looked for it."""


class _Note:
    """A refusal, when it came last, and how often it came."""

    __slots__ = ("at", "refusal", "times")

    def __init__(self, refusal: Refusal, at: int) -> None:
        self.refusal = refusal
        self.at = at
        self.times = 1


_Owner = str | None
"""A key's id; None: unknown keys."""


class Notes:
    """Call `start` and `stop` from the event loop that `note` is called from."""

    def __init__(self, log: RefusalLog, masks: Masks, registry: Refresher, clock: Clock) -> None:
        self._log = log
        self._masks = masks
        self._registry = registry
        self._clock = clock
        self._notes: dict[int, _Note] = {}
        self._of_key: Counter[_Owner] = Counter()
        self._left_out: Counter[_Owner] = Counter()
        self._due: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._expiring: asyncio.Task[None] | None = None
        self._failing = False

    def start(self) -> None:
        self._expiring = asyncio.create_task(self._expire())

    async def stop(self) -> None:
        """Returns when what was noted is written."""
        if self._expiring is not None:
            self._expiring.cancel()
        if self._writing is not None:
            await self._writing
        if self._due is not None:
            self._due.cancel()
            await self._write()
        self._log.close()

    def note(self, asked: Asked, refused: Refused, reply: Reply) -> None:
        """Never raises, and never waits: a refusal is answered, whatever becomes of its note."""
        try:
            self._note(asked, refused, reply)
        except Exception:
            self._complain("A refusal could not be noted")

    def _note(self, asked: Asked, refused: Refused, reply: Reply) -> None:
        request = asked.request
        if asked.dialect is None and request.method in ("GET", "HEAD"):
            return  # whoever looks around sends no event
        secret = _secret(asked.dialect, request) if asked.secret is None else asked.secret
        sign = _sign(secret, request, refused)
        now = self._clock.now()
        known = self._notes.get(sign)
        if known is not None:
            known.times += 1
            known.at = now
            return
        snapshot = self._registry.snapshot
        principal = snapshot.authenticate(secret) if snapshot is not None and secret else None
        owner = principal.key_id if principal else None
        if len(self._notes) >= MOST or self._of_key[owner] >= MOST_OF_A_KEY:
            self._left_out[owner] += 1
            return
        self._of_key[owner] += 1
        sender = _Sender(secret, principal, self._masks.of(secret) if secret and principal is None else None)
        self._notes[sign] = _Note(_refusal(asked, sender, refused, reply), now)
        if self._due is None and self._writing is None:
            self._due = asyncio.get_running_loop().call_later(INTERVAL, self._begin)

    def _begin(self) -> None:
        self._due = None
        self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        refusals = self._taken()
        try:
            await asyncio.to_thread(self._log.keep, refusals)
            self._failing = False
        except Exception:
            self._complain("The latest refusals could not be kept")
        self._writing = None
        if self._notes:
            self._due = asyncio.get_running_loop().call_later(INTERVAL, self._begin)

    def _taken(self) -> list[Refusal]:
        """The notes, oldest first, as they are kept; the newest of a key says how many are left out."""
        notes, self._notes = sorted(self._notes.values(), key=lambda note: note.at, reverse=True), {}
        self._of_key.clear()
        taken = []
        for note in notes:
            left_out = self._left_out.pop(note.refusal.key_id, 0)
            taken.append(structs.replace(note.refusal, at=note.at, times=note.times, left_out=left_out))
        return taken[::-1]

    async def _expire(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._log.expire, self._clock.now() - KEPT_FOR)
            except Exception:
                self._complain("Old refusals could not be removed")
            await asyncio.sleep(_HOUR)

    def _complain(self, text: str) -> None:
        if not self._failing:
            _logger.exception(text)
        self._failing = True


class _Sender(NamedTuple):
    """Who was refused. Neither principal nor mask: a sender who showed nothing."""

    secret: str
    principal: Principal | None
    masked: Masked | None

    def within(self, text: str) -> str:
        """The text, bounded, without the secret, wherever the sender has put it."""
        if len(self.secret) >= _SHORTEST_SECRET and self.secret in text:
            text = text.replace(self.secret, self.masked.hint if self.masked else "…")
        return text[:_LONGEST].encode("utf-8", "replace").decode()

    def within_rule(self, issue: Issue) -> BrokenRule:
        return BrokenRule(self.within(issue.field), self.within(issue.code), self.within(issue.message))


def _refusal(asked: Asked, sender: _Sender, refused: Refused, reply: Reply) -> Refusal:
    """All but its time."""
    request, principal, masked = asked.request, sender.principal, sender.masked
    return Refusal(
        at=0,
        workspace=principal.workspace.name if principal else None,
        key_id=principal.key_id if principal else None,
        secret_hint=masked.hint if masked else None,
        secret_hash=masked.digest if masked else None,
        dialect=asked.dialect.name if asked.dialect else None,
        method=sender.within(request.method),
        path=sender.within(request.path),
        reason=refused.reason,
        status=reply.status,
        message=sender.within(refused.message or _fault(reply)),
        issues=tuple(sender.within_rule(issue) for issue in refused.issues[:_MOST_ISSUES]),
        client_ip=request.client_ip,
        size=_size(request),
    )


def _secret(dialect: Dialect | None, request: Request) -> str:
    """What the sender showed, as far as it stands outside the body: who sends to a wrong path should be told, too."""
    if dialect is None:
        return ""
    try:
        return dialect.open(request, dialect.routes[0].operation).secret
    except Refused:
        return ""


def _sign(secret: str, request: Request, refused: Refused) -> int:
    """By which equal refusals are told. A hash: what senders write can be megabytes long."""
    said = (request.method, request.path, request.client_ip)
    return hash((secret, said, refused.reason, refused.message, refused.issues))


def _fault(reply: Reply) -> str:
    fault = dict(reply.headers).get(b"x-fault-id")
    return f"fault {fault.decode()}" if fault else ""


def _size(request: Request) -> int | None:
    declared = request.headers.get(b"content-length", b"")
    return len(request.body) or (int(declared) if declared.isdigit() and len(declared) < 19 else None)
