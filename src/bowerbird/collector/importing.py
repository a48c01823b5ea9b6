"""Events from a file: each line is a request body, taken in as if it had been sent, without credentials."""

from asyncio import CancelledError, Future, ensure_future, shield
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from bowerbird.clock import Clock
from bowerbird.collector.dialects.base import Dialect, Parsed, Request
from bowerbird.collector.lookups import Lookups
from bowerbird.errors import LogUnavailableError
from bowerbird.event import Event, event_ids
from bowerbird.eventlog.base import LogWriter
from bowerbird.refusals import Issue, Reason, Refused
from bowerbird.registry.base import Principal, Registers, Snapshot
from bowerbird.state.base import CatalogReader

KEY_ID = "import"
"""Stands where a sender's key would."""

_EVENTS_AT_ONCE = 1_000
_BYTES_AT_ONCE = 1_000_000


class ImportParts(NamedTuple):
    """What an import is put together from. The log is a partition of its own."""

    dialects: tuple[Dialect, ...]
    snapshot: Snapshot
    log: LogWriter
    registers: Registers
    catalog: CatalogReader
    clock: Clock


class Line(NamedTuple):
    number: int
    """From 1."""
    body: bytes | None
    """None: the line is longer than a body may be."""


class Credentials(NamedTuple):
    """What stands in a dialect's requests where a sender shows its key; nobody checks it."""

    headers: Mapping[bytes, bytes] = MappingProxyType({})
    query: Mapping[str, str] = MappingProxyType({})


_CREDENTIALS: Mapping[str, Credentials] = MappingProxyType(
    {
        "scribe": Credentials({b"authorization": b"Bearer import"}),
        "klaviyo": Credentials({b"authorization": b"Klaviyo-API-Key import"}),
        "flywheel": Credentials({b"authorization": b"import", b"auth-type": b"api"}),
        "successeve": Credentials(query={"api_token": "import"}),
        "octeth": Credentials({b"authorization": b"Bearer import"}),
    }
)


class Totals(msgspec.Struct):
    lines: int = 0
    """Lines that were not empty."""
    events: int = 0
    """Durable events; a line may hold several, or none."""
    refused: int = 0
    """Lines."""


class Importer:
    """Logs the events of lines, many at once. `revision` is for dialects that ask for one."""

    def __init__(self, parts: ImportParts, dialect: Dialect, principal: Principal, revision: str = "") -> None:
        self.totals = Totals()
        self._log = parts.log
        self._clock = parts.clock
        self._lookups = Lookups(parts.registers, parts.catalog)
        self._dialect = dialect
        self._principal = principal
        self._route = next(route for route in dialect.routes if route.method == "POST" and _writes(route.scope))
        shown = _CREDENTIALS.get(dialect.name, Credentials())
        self._headers = {b"content-type": b"application/json", b"revision": revision.encode(), **shown.headers}
        self._query = dict(shown.query)
        self._new_id = event_ids()
        self._waiting: list[Event] = []
        self._bytes = 0
        self._newcomers: set[tuple[str, str]] = set()
        self._writing: Future[None] | None = None

    async def run(self, lines: Iterable[Line], refuse: Callable[[Line, Refused], None]) -> None:
        """Returns when everything is durable; `refuse` is told of each line that was not taken. Raises what `lines` and
        `refuse` raise, when the lines before are durable; and `LogUnavailableError`: then `totals.events` were durable
        before."""
        try:
            for line in lines:
                if line.body is None or line.body.strip():
                    await self._look_at(line, refuse)
        except LogUnavailableError:
            raise
        except (Exception, CancelledError):
            await self._flush()
            raise
        await self._flush()

    async def _look_at(self, line: Line, refuse: Callable[[Line, Refused], None]) -> None:
        self.totals.lines += 1
        try:
            await self._take(line)
        except Refused as refused:
            self.totals.refused += 1
            refuse(line, refused)
        if len(self._waiting) >= _EVENTS_AT_ONCE or self._bytes >= _BYTES_AT_ONCE:
            await self._flush()

    async def _take(self, line: Line) -> None:
        if line.body is None:
            raise Refused(Reason.BODY_TOO_LARGE)
        call = self._dialect.open(self._request(line.body), self._route.operation)
        parsed = self._dialect.parse(call, self._principal)
        findings = await self._lookups.find(parsed, self._principal.workspace)
        if findings.newcomer:
            self._welcome(parsed)
        self._waiting.extend(parsed.events)
        self._bytes += len(line.body)

    def _welcome(self, parsed: Parsed) -> None:
        """The e-mail is subscribed once its event is durable; until then it is new only once."""
        if parsed.newcomer is not None and parsed.subscriber is not None and parsed.subscriber not in self._newcomers:
            self._newcomers.add(parsed.subscriber)
            self._waiting.append(parsed.newcomer)

    async def _flush(self) -> None:
        """Called again after it was cancelled, it goes on with what it had begun: the log may have taken that."""
        if self._writing is None:
            self._writing = ensure_future(self._write())
        await shield(self._writing)
        self._writing = None

    async def _write(self) -> None:
        if self._waiting:
            await self._log.append(self._waiting)
        for subscriber in self._newcomers:
            await self._lookups.welcome(subscriber, self._principal.workspace)
        self.totals.events += len(self._waiting)
        self._waiting, self._bytes, self._newcomers = [], 0, set()

    def _request(self, body: bytes) -> Request:
        return Request(
            method=self._route.method,
            path=self._route.path,
            query=self._query,
            headers=self._headers,
            body=body,
            received_at=self._clock.now(),
            new_id=self._new_id,
        )


def why(refused: Refused) -> str:
    """The refusal in one line for the operator."""
    return "; ".join(_words(issue) for issue in refused.issues) or refused.message or refused.reason.value


def _words(issue: Issue) -> str:
    return f"{issue.field}: {issue.message}" if issue.field else issue.message


def _writes(scope: str) -> bool:
    return scope == "events:write"
