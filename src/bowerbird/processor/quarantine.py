"""Events that a step, the warehouse or the decoder could not handle: kept with their reason, never lost."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from bowerbird.errors import BowerbirdError, WarehouseRejectedError
from bowerbird.event import Event, Position
from bowerbird.eventlog.base import LogRow
from bowerbird.eventlog.codec import DecodeFailure, decode_each
from bowerbird.state.base import QuarantineEntry
from bowerbird.warehouse.base import Row


class StepFailedError(BowerbirdError):
    """A step raised on one event."""

    def __init__(self, event_id: str, step: str, error: Exception) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.event_id = event_id
        self.step = step


class Bar(NamedTuple):
    """Why an event goes to quarantine instead of through the steps."""

    step: str
    reason: str

    def quarantine(self, position: Position, event: Event) -> tuple[QuarantineEntry, Row]:
        entry = QuarantineEntry(
            workspace=event.workspace,
            dialect=event.dialect,
            event_id=event.event_id,
            partition=position.partition,
            offset=position.offset,
            index=position.index,
            reason=self.reason,
            step=self.step,
            payload=msgspec.msgpack.encode(event),
            received_at=event.received_at,
        )
        return entry, Row(position, bare(event), "quarantined")


Barred = dict[str, Bar]
"""By event id."""


def bare(event: Event) -> Event:
    """The event without what it carries: enough to account for it, and nothing that could fail to be stored."""
    return Event(
        workspace=event.workspace,
        event_id=event.event_id,
        dialect=event.dialect,
        kind=event.kind,
        name=event.name,
        occurred_at=event.received_at,
        received_at=event.received_at,
        key_id=event.key_id,
        source_id=event.source_id,
        stored=event.stored,
    )


def bar(barred: Barred, failure: StepFailedError | WarehouseRejectedError, rows: Sequence[LogRow]) -> bool:
    """Bars the events that account for the failure; False when none more can be told. The warehouse names all of
    them at once. Others are looked for in a single row alone: a step stops at the first event, and where the
    warehouse names none, all of the row are barred, which can then be retried one by one."""
    before = len(barred)
    if isinstance(failure, WarehouseRejectedError):
        barred |= {each: Bar("store", why) for each, why in failure.reasons.items() if each not in barred}
    if len(barred) > before or len(rows) > 1:
        return len(barred) > before
    if isinstance(failure, StepFailedError):
        barred.setdefault(failure.event_id, Bar(failure.step, str(failure)))
    else:
        for each in decode_each(rows[0].events):
            if isinstance(each, Event):
                barred.setdefault(each.event_id, Bar("store", str(failure)))
    return len(barred) > before


def undecodable(position: Position, failure: DecodeFailure) -> tuple[QuarantineEntry, Row]:
    """A log entry that is no event: what can be told of it, and its bytes as they stand."""
    workspace, event_id, dialect = _rescue(failure.raw)
    event = Event(
        workspace=workspace,
        event_id=event_id or _id_of(position),
        dialect=dialect,
        kind="track",
        name="",
        occurred_at=0,
        received_at=0,
        key_id="",
    )
    entry, row = Bar("decode", failure.error).quarantine(position, event)
    return msgspec.structs.replace(entry, payload=failure.raw), row


def _id_of(position: Position) -> str:
    low = f"{position.offset & 0xFFFFFFFF:08x}{position.index & 0xFFFF:04x}"
    return f"00000000-0000-8{position.partition & 0xFFF:03x}-8000-{low}"


def _rescue(raw: bytes) -> tuple[str, str, str]:
    """(workspace, event id, dialect) of an entry that decodes as MessagePack, if not as an event."""
    try:
        fields: Any = msgspec.msgpack.decode(raw)
        workspace, event_id, dialect = fields[:3]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, ValueError):
        return "", "", ""
    return str(workspace), str(event_id), str(dialect)
