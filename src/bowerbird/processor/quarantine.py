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


class UnfitError(BowerbirdError):
    """Steps or the warehouse cannot take some events; nothing of the batch was written."""

    def __init__(self, events: Barred) -> None:
        super().__init__(f"{len(events)} events cannot be processed")
        self.events = events


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


def bar(barred: Barred, failure: UnfitError | WarehouseRejectedError, rows: Sequence[LogRow]) -> bool:
    """Bars the events that account for the failure; False when none more can be told. Where none is named, a single row
    is barred as a whole: its events can then be retried one by one."""
    if isinstance(failure, UnfitError):
        told = failure.events
    else:
        alone = decode_each(rows[0].events) if len(rows) == 1 else ()
        told = {each.event_id: Bar("store", str(failure)) for each in alone if isinstance(each, Event)}
    new = {event_id: why for event_id, why in told.items() if event_id not in barred}
    barred |= new
    return bool(new)


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
