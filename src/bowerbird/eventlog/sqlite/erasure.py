"""Erasing events in a segment so that no byte of them stays in its files."""

import sqlite3
from collections.abc import Iterable, Mapping, Set
from contextlib import closing, suppress
from pathlib import Path

from bowerbird.errors import BowerbirdError
from bowerbird.eventlog.codec import erase
from bowerbird.eventlog.sqlite.partition import gate
from bowerbird.eventlog.sqlite.segment import SegmentGoneError, checkpoint, connect_to_write, reading

ROWS_AT_ONCE = 50
"""The partition's writer waits while a transaction rewrites so many rows."""


def erase_in_segment(path: Path, event_ids: Mapping[int, Set[str]], uncounted: Set[str]) -> None:
    """Overwrites the events, named by offset and event id. Nothing to do when the segment has expired.

    Raises `BowerbirdError` when the file cannot be changed, or when a reader keeps the old bytes from going.
    """
    offsets = sorted(event_ids)
    with suppress(SegmentGoneError), reading(path), closing(gate(path.parent)) as lock:
        with closing(connect_to_write(path)) as connection:
            for start in range(0, len(offsets), ROWS_AT_ONCE):
                with lock:
                    _erase_rows(connection, {at: event_ids[at] for at in offsets[start:][:ROWS_AT_ONCE]}, uncounted)
            with lock:
                emptied = checkpoint(connection)
        if not emptied:
            raise BowerbirdError(f"{path} is in use; what was erased is still on disk", "Erase once more.")


def _erase_rows(connection: sqlite3.Connection, event_ids: Mapping[int, Set[str]], uncounted: Set[str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        erased = _erased(connection, event_ids, uncounted)
        connection.executemany('UPDATE rows SET events = ? WHERE "offset" = ?', erased)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _erased(
    connection: sqlite3.Connection, event_ids: Mapping[int, Set[str]], uncounted: Set[str]
) -> Iterable[tuple[bytes, int]]:
    for offset, ids in event_ids.items():
        row = connection.execute('SELECT events FROM rows WHERE "offset" = ?', (offset,)).fetchone()
        if row is not None and (events := erase(row[0], ids, uncounted)) != row[0]:
            yield events, offset
