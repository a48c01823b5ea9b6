"""Event ids as two columns, which compress where a UUID does not.

`id_time` is the microsecond that an id of `bowerbird.event.event_ids` tells. `id_low` is the rest: 4 hex digits of what
the first half holds beside that time, 16 of the second half, and the same for all ids of one maker. Any UUID can be
taken apart so, and the pairs sort as the UUIDs do.
"""

import re
from array import array
from collections.abc import Sequence
from sys import byteorder
from uuid import UUID

_VERSION = 7 << 12
"""What stands before the microseconds in the last 16 bits of the first half."""
_form = re.compile("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}").fullmatch

EVENT_ID = """
    (format('{:012x}{:04x}', id_time // 1000, id_time % 1000 * 4 + ('0x' || id_low[:4])::INTEGER)
    || id_low[5:])::UUID"""
"""SQL for the id of a row."""


def split(event_id: str) -> tuple[int, str]:
    """(`id_time`, `id_low`) of a UUID in canonical form. Raises `ValueError` for any other text."""
    if not _form(event_id):
        raise ValueError(f"{event_id!r} is no UUID")
    millis = int(event_id[:8] + event_id[9:13], 16)
    rest = int(event_id[14:18], 16)
    micros = min(max(rest - _VERSION >> 2, 0), 999)
    return millis * 1000 + micros, f"{rest - micros * 4:04x}{event_id[19:23]}{event_id[24:]}".lower()


def split_all(event_ids: Sequence[str]) -> tuple[list[int], list[str]]:
    """`id_time` and `id_low` of many. Raises `ValueError` as `split` does, in a tenth of its time for ids of makers."""
    halves = _halves(event_ids)
    highs, lows = halves[::2], halves[1::2]
    if not all(rest & 0xF003 == _VERSION and rest & 0xFFF < 4000 for rest in {high & 0xFFFF for high in highs}):
        pairs = [split(each) for each in event_ids]
        return [time for time, _ in pairs], [low for _, low in pairs]
    texts = {low: f"{_VERSION:04x}{low:016x}" for low in set(lows)}
    return [(high >> 16) * 1000 + (high >> 2 & 0x3FF) for high in highs], [texts[low] for low in lows]


def _halves(event_ids: Sequence[str]) -> "array[int]":
    """First half, second half, first half, … of all ids, as unsigned numbers. Raises `ValueError` for what is none."""
    text = "".join(event_ids)
    dashes = "-" * len(event_ids)
    if any(text[at::36] != dashes for at in (8, 13, 18, 23)):
        raise ValueError("an event id is no UUID")
    halves = array("Q", bytes.fromhex(text.replace("-", "")))
    if len(halves) != 2 * len(event_ids):
        raise ValueError("an event id is no UUID")
    if byteorder == "little":
        halves.byteswap()
    return halves


def split_or_none(text: str) -> tuple[int, str] | None:
    """The same of a UUID in any form; what is none names nothing."""
    try:
        return split(str(UUID(text)))
    except ValueError:
        return None
