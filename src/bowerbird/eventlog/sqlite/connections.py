"""The open segments of a reader: few, and reused."""

import sqlite3
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path

from bowerbird.eventlog.sqlite.segment import connect_to_read

OPEN_FILES = 32


class Connections:
    def __init__(self) -> None:
        self._open: OrderedDict[Path, sqlite3.Connection] = OrderedDict()

    def to(self, path: Path) -> sqlite3.Connection:
        """Raises `sqlite3.Error` when there is no such file."""
        connection = self._open.get(path)
        if connection is None:
            connection = self._open[path] = connect_to_read(path)
        self._open.move_to_end(path)
        if len(self._open) > OPEN_FILES:
            self._open.popitem(last=False)[1].close()
        return connection

    def keep(self, partition: Path, paths: Collection[Path]) -> None:
        """Lets go of those files of the partition that are not among these: the disk space of a deleted file is free
        only when nobody holds it."""
        for path in [path for path in self._open if path.parent == partition and path not in paths]:
            self._open.pop(path).close()

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()
