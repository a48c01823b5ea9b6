"""What persons did one after the other, as arrays: for questions that follow each person from event to event."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.errors import QuestionStoppedError
from bowerbird.insights.base import Columns, Flags, Numbers, Snapshot
from bowerbird.insights.draft import Statement

AT_ONCE = 1 << 22
"""Rows that are looked at in one go. More are looked at in parts."""
PIECES = 32
"""Of what is looked at in one go: so few rows each that a core's own cache holds their arrays."""
_SPREADING = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no two numbers become one; its bits are mixed, so that similar numbers differ in their first bits."""

_Hashes = NDArray[np.uint64]

Piece = Sequence[Columns]
"""All rows of some persons, in batches."""


def parts(
    snapshot: Snapshot, statement: Statement, pool: Executor, most: int = AT_ONCE, number: int = PIECES
) -> Iterator[list[Piece]]:
    """The rows of a statement, some `most` at a time, in `number` pieces. Columns: `person`, `place`, and perhaps
    `group`, all BIGINT from 0 on. The pool helps. Raises as the snapshot does."""
    sql, parameters = statement
    batches = snapshot.columns(f"SELECT * FROM ({sql}) LIMIT {most + 1}", parameters)
    found = pieces(batches, pool, number)
    if sum(len(batch["person"]) for piece in found for batch in piece) <= most:
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
    for at, _ in counts:
        yield pieces(snapshot.columns(f"SELECT * FROM parted WHERE {part} = {at}", {}), pool, number)


def pieces(batches: Iterator[Columns], pool: Executor, number: int = PIECES) -> list[Piece]:
    """One of a single batch. The pool splits batches while others come."""
    some = list(islice(batches, 2))
    if len(some) < 2:
        return [[batch] for batch in some if len(batch["person"])]
    split = [pool.submit(_split, number, batch) for batch in chain(some, batches)]
    found = zip(*(each.result() for each in split), strict=True)
    return [piece for piece in found if any(len(batch["person"]) for batch in piece)]


def _split(number: int, batch: Columns) -> list[Columns]:
    """By where the hashes of persons lie."""
    hashes, rows = _spread(batch["person"])
    cuts = [(at << 32) // number << 32 for at in range(1, number)]  # however many last bits a batch's hashes lack
    bounds = np.searchsorted(hashes, np.array(cuts, np.uint64))
    columns = [np.split(column.take(rows), bounds) for column in batch.values()]
    return [dict(zip(batch, each, strict=True)) for each in zip(*columns, strict=True)]


def _spread(person: Numbers) -> tuple[_Hashes, Numbers]:
    """Hashes of persons in their order, without their last bits, and the row of each."""
    bits = len(person).bit_length()
    low = np.uint64((1 << bits) - 1)
    keys: _Hashes = person.view(np.uint64) * _SPREADING
    keys &= ~low
    keys |= np.arange(len(person), dtype=np.uint64)
    keys.sort()
    rows = keys & low
    keys ^= rows
    return keys, rows.view(np.int64)


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


def sequences(piece: Piece) -> Sequences:
    """In their order."""
    found = {name: np.concatenate([batch[name] for batch in piece]) for name in piece[0]}
    hashes, rows = _spread(found["person"])
    person = found["person"].take(rows)
    changes = person[1:] != person[:-1]
    if (changes & (hashes[1:] == hashes[:-1])).any():  # two persons share what is left of their hashes
        rows = np.argsort(found["person"], kind="stable")
        person = found["person"].take(rows)
        changes = person[1:] != person[:-1]
    number = np.zeros(len(rows), np.int64)
    np.cumsum(changes, out=number[1:])
    end = np.append(np.flatnonzero(changes) + 1, len(rows))
    others = [found[name].take(rows) for name in ("place", "group") if name in found]
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
