"""What persons did one after the other, as arrays: for questions that follow each person from event to event."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.errors import QuestionStoppedError
from bowerbird.insights.base import Columns, Flags, Numbers, Snapshot
from bowerbird.insights.draft import Statement

AT_ONCE = 1 << 22
"""Rows that are looked at in one go. More are looked at in parts."""
_PIECE = 1 << 16
"""Rows whose arrays a core's own cache holds."""
_SPREADING = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no two numbers become one; its bits are mixed, so that similar numbers differ in their first bits."""

_HASHES = NDArray[np.uint64]


def parts(snapshot: Snapshot, statement: Statement, most: int = AT_ONCE) -> Iterator[Columns]:
    """The rows of a statement, all of a person's in the same part. Columns: `person`, `place`, and perhaps `group`,
    all BIGINT from 0 on. Raises as the snapshot does."""
    sql, parameters = statement
    found = snapshot.columns(f"SELECT * FROM ({sql}) LIMIT {most + 1}", parameters)
    if len(found["person"]) <= most:
        yield found
        return
    del found
    snapshot.keep("parted", sql, parameters)
    [(count,)] = snapshot.rows("SELECT count(*) FROM parted", {})
    part = f"hash(person) % {2 * count // most + 1}"
    counts = snapshot.rows(f"SELECT {part}, count(*) FROM parted GROUP BY 1", {})
    if max(rows for _, rows in counts) > 2 * most:
        hint = "Leave those persons out by a condition, or ask for a shorter range."
        raise QuestionStoppedError("a few persons have too many of these events to be followed", hint)
    for number, _ in counts:
        yield snapshot.columns(f"SELECT * FROM parted WHERE {part} = {number}", {})


class Piece(NamedTuple):
    """Rows of some persons, all rows of each."""

    rows: Numbers
    """Indices in the part; a person's stand side by side, unless `hashes` has the same for two persons."""
    hashes: _HASHES


def pieces(part: Columns, most: int = _PIECE) -> list[Piece]:
    """Of some `most` rows each, where no single person has more."""
    count = len(part["person"])
    low = np.uint64((1 << count.bit_length()) - 1)
    keys: _HASHES = part["person"].view(np.uint64) * _SPREADING
    keys &= ~low
    keys |= np.arange(count, dtype=np.uint64)
    keys.sort()
    starts = np.unique(np.searchsorted(keys, keys[::most] & ~low))
    return [Piece((piece & low).view(np.int64), piece & ~low) for piece in np.split(keys, starts[1:]) if len(piece)]


class Sequences(NamedTuple):
    """Events of some persons, at least one: each person's side by side, in the order of `place`, then of groups."""

    person: Numbers
    number: Numbers
    """Of the event's person among these, from 0."""
    end: Numbers
    """By the person's number: the position after the last event."""
    place: Numbers
    group: Numbers | None

    def __len__(self) -> int:
        return len(self.person)


def sequences(part: Columns, piece: Piece) -> Sequences:
    """In their order."""
    rows = piece.rows
    person = part["person"].take(rows)
    changes = person[1:] != person[:-1]
    if (changes & (piece.hashes[1:] == piece.hashes[:-1])).any():
        rows = rows.take(np.argsort(person, kind="stable"))
        person = part["person"].take(rows)
        changes = person[1:] != person[:-1]
    number = np.zeros(len(rows), np.int64)
    np.cumsum(changes, out=number[1:])
    end = np.append(np.flatnonzero(changes) + 1, len(rows))
    others = [part[name].take(rows) for name in ("place", "group") if name in part]
    _, place, *group = in_order([number, *others])
    return Sequences(person, number, end, place, group[0] if group else None)


def in_order(columns: list[Numbers]) -> list[Numbers]:
    """Rows of numbers from 0 on, sorted by the first column, then by the second, … There is at least one row."""
    widths = [int(column.max()).bit_length() for column in columns]
    if sum(widths) > 64:
        order = np.lexsort(columns[::-1])
        return [column.take(order) for column in columns]
    packed = columns[0].astype(np.uint64)
    for column, width in zip(columns[1:], widths[1:], strict=True):
        packed <<= np.uint64(width)
        packed |= column.view(np.uint64)
    packed.sort()
    found = []
    for width in reversed(widths):
        found.append((packed & np.uint64((1 << width) - 1)).view(np.int64))
        packed >>= np.uint64(width)
    return found[::-1]


def following(fits: Flags, *, itself: bool = False) -> Numbers:
    """By position, from 0 to the number of positions: the first position behind it that fits; `itself`: or it itself.
    The number of positions where there is none."""
    count = len(fits)
    passed = np.empty(count + 1, np.int64)
    np.cumsum(fits, out=passed[:count])
    passed[count] = passed[count - 1]
    if itself:
        passed[:count] -= fits
    return np.append(np.flatnonzero(fits), count).take(passed)
