"""Events as bytes: a log row is one MessagePack array of events, each event an array of its fields."""

from collections.abc import Sequence, Set
from typing import Any

import msgspec

from bowerbird.dedupe_keys import dedupe_digest
from bowerbird.event import Event

ERASED = "$erased"
"""The name of an event whose content was erased."""

BROKEN = (ValueError, RecursionError)
"""What msgspec raises for bytes that make no sense: its own errors and `UnicodeDecodeError` are `ValueError`s."""

_ENCODER = msgspec.msgpack.Encoder()
_EVENTS = msgspec.msgpack.Decoder(list[Event])
_EVENT = msgspec.msgpack.Decoder(Event)
_ITEMS = msgspec.msgpack.Decoder(list[msgspec.Raw])
_FIELDS = Event.__struct_fields__


class DecodeFailure(msgspec.Struct, frozen=True):
    """An event in a row that does not decode: its bytes, and what is wrong with them."""

    raw: bytes
    error: str


def encode(events: Sequence[Event]) -> bytes:
    """Raises `TypeError` or `OverflowError` when an event holds what MessagePack cannot: an integer of 65 bits."""
    return _ENCODER.encode(tuple(events))


def join(arrays: Sequence[bytes], sizes: Sequence[int]) -> bytes:
    """One array of all events of the given arrays, of which the sizes are known."""
    if len(arrays) == 1:
        return arrays[0]
    items = [array[len(_array_header(size)) :] for array, size in zip(arrays, sizes, strict=True)]
    return _array_header(sum(sizes)) + b"".join(items)


def decode(row: bytes) -> list[Event]:
    """Raises one of `BROKEN` when any of the row's events does not decode."""
    return _EVENTS.decode(row)


def decode_each(row: bytes) -> list[Event | DecodeFailure]:
    """As `decode`, but an event that does not decode is a failure among the others, in its place.

    Where the array itself is broken no event can be told from the next: all are failures, the first with the bytes.
    """
    try:
        return list(_EVENTS.decode(row))
    except BROKEN:
        pass
    try:
        items = _ITEMS.decode(row)
    except BROKEN as error:
        failures = [DecodeFailure(row, str(error))]
        return [*failures, *[DecodeFailure(b"", str(error))] * (_announced(row) - 1)]
    return [decode_one(bytes(item)) for item in items]


def decode_one(event: bytes) -> Event | DecodeFailure:
    """One event, not a row of them."""
    try:
        return _EVENT.decode(event)
    except BROKEN as error:
        return DecodeFailure(event, str(error))


def tombstone(workspace: str, event_id: str, dialect: str, received_at: int, **kept: Any) -> Event:
    """What stands for an event whose content was erased. `kept`: further fields of it that tell of nobody."""
    fields = {"occurred_at": received_at, "key_id": "", **kept}
    return Event(workspace, event_id, dialect, "erased", ERASED, received_at=received_at, **fields)


def erase(row: bytes, event_ids: Set[str], uncounted: Set[str] = frozenset()) -> bytes:
    """The row with tombstones for these events; every other event keeps its bytes. A broken row stays as it is.
    `uncounted`: those of them that never counted, so that nothing was ever a copy of them."""
    try:
        items = [bytes(item) for item in _ITEMS.decode(row)]
    except BROKEN:
        return row
    return _array_header(len(items)) + b"".join(_erased(item, event_ids, uncounted) or item for item in items)


def _erased(item: bytes, event_ids: Set[str], uncounted: Set[str]) -> bytes | None:
    """What is left of the event when it is one of these: its first fields but kind and name, `stored`, and by which
    key a copy of it is known."""
    try:
        fields = msgspec.msgpack.decode(item, type=list[Any])
        workspace, event_id, dialect, _, _, occurred_at, received_at, key_id = fields[:8]
    except BROKEN:
        return None
    if not isinstance(event_id, str) or event_id not in event_ids:
        return None
    told = dict(zip(_FIELDS, fields, strict=False))
    return _ENCODER.encode(
        tombstone(
            *(workspace, event_id, dialect, received_at),
            occurred_at=occurred_at,
            key_id=key_id,
            stored=told.get("stored", True),
            dedupe_key=None if event_id in uncounted else _digest(told),
            dedupe_ttl=told.get("dedupe_ttl"),
        )
    )


def _digest(told: dict[str, Any]) -> str | None:
    """Of the id that the sender gave to the occurrence. Other keys are made of who somebody is, and go."""
    key = told.get("dedupe_key")
    if told["kind"] == "erased":
        return key
    if not isinstance(key, str) or not told.get("source_id") or told.get("dedupe_scope", "workspace") != "workspace":
        return None
    return dedupe_digest(told["workspace"], told["dialect"], "", key).hex()


def _array_header(size: int) -> bytes:
    if size < 16:
        return bytes((0x90 | size,))
    if size < 1 << 16:
        return b"\xdc" + size.to_bytes(2, "big")
    return b"\xdd" + size.to_bytes(4, "big")


def _announced(row: bytes) -> int:
    """How many events the array says it has; at least one, and no more than its bytes could hold."""
    match row[:1]:
        case b"\xdc":
            size = int.from_bytes(row[1:3], "big")
        case b"\xdd":
            size = int.from_bytes(row[1:5], "big")
        case first:
            size = first[0] & 0x0F if first and first[0] & 0xF0 == 0x90 else 1
    return max(1, min(size, len(row)))
