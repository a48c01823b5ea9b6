"""Dedupe keys in LMDB.

Keys gather in memory and go to disk in the order in which they stand there, which touches each page once instead of
once a key; a part of them at a time, so that no batch waits for all of them.
What a crash takes from memory the state still holds (`ProcessorState.unsynced`). Keys that are forgotten after a day
live in a database a day, dropped whole when the day is over: look-ups never slow down, and nothing has to be swept.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sys import byteorder

import lmdb

from bowerbird.state.base import SeenKey

_FOR_EVER = b"for-ever"
_PREFIX = b"day-"
_MAP_SIZE = 1 << 38
_ID_BYTES = 16
_DAYS = 4
"""Days of which keys are kept: those to which keys came last, and the neighbours of the last one. A clock that runs
ahead for a while makes days of its own, and must not make the true ones old."""


class LmdbSeen:
    def __init__(self, path: Path, gather: int = 200_000, part: int = 10_000) -> None:
        """`gather`: keys held in memory before a round of syncs begins; `part`: keys that each of them writes."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.gather = gather
        self.part = part
        self.environment = lmdb.open(str(path), map_size=_MAP_SIZE, max_dbs=64, metasync=True, meminit=False)
        self.environment.open_db(_FOR_EVER)
        self.gathered: dict[int | None, dict[bytes, bytes]] = {}
        """By day, keys and values as they will stand on disk."""
        self.round: dict[int | None, list[bytes]] = {}
        """By day, the keys that the round has yet to write, in the order in which they stand on disk."""
        self._look()
        self.lately = dict.fromkeys(sorted(day for day in self.databases if day is not None))
        """Days, the one last to which a key came last."""

    def _look(self) -> None:
        with self.environment.begin() as transaction:
            names = [bytes(name) for name in transaction.cursor().iternext(values=False)]
        self.databases = {_day(name): self.environment.open_db(name) for name in names}
        self.reader = self.environment.begin()

    def first(self, key: bytes, day: int | None) -> tuple[str, int] | None:
        gathered = self.gathered.get(day)
        if gathered is not None:
            found = gathered.get(key)
            if found is not None:
                return _unpack(found)
        database = self.databases.get(day)
        if database is None:
            return None
        value = self.reader.get(key, db=database)
        return None if value is None else _unpack(value)

    def put(self, keys: Iterable[SeenKey]) -> bool:
        keys = list(keys)
        for key, value in zip(keys, _pack(keys), strict=True):
            self.gathered.setdefault(key.day, {})[key.key] = value
        for day in sorted({key.day for key in keys if key.day is not None}):
            self.lately.pop(day, None)
            self.lately[day] = None
        return bool(self.round) or sum(map(len, self.gathered.values())) >= self.gather

    def sync(self) -> bool:
        with self._changing() as transaction:
            if not self.round:
                self._begin_round(transaction)
            part = self._next_part()
            for day, keys in part.items():
                self._write(transaction, day, keys)
        for day, keys in part.items():
            self._wrote(day, keys)
        return not self.round

    def _begin_round(self, transaction: lmdb.Transaction) -> None:
        today = next(reversed(self.lately), 0)
        for day in [*self.lately][:-_DAYS]:
            if abs(day - today) <= 1:
                continue
            del self.lately[day]
            self.gathered.pop(day, None)
            if day in self.databases:
                transaction.drop(self.databases[day], delete=True)
        self.round = {day: sorted(keys) for day, keys in self.gathered.items() if keys}

    def _next_part(self) -> dict[int | None, list[bytes]]:
        part: dict[int | None, list[bytes]] = {}
        room = self.part
        for day, keys in self.round.items():
            part[day] = keys[:room]
            room -= len(part[day])
            if not room:
                break
        return part

    def _write(self, transaction: lmdb.Transaction, day: int | None, keys: list[bytes]) -> None:
        gathered = self.gathered[day]
        with transaction.cursor(self.environment.open_db(_name(day), txn=transaction)) as cursor:
            cursor.putmulti([(key, gathered[key]) for key in keys])

    def _wrote(self, day: int | None, keys: list[bytes]) -> None:
        gathered = self.gathered[day]
        for key in keys:
            del gathered[key]
        del self.round[day][: len(keys)]
        if not self.round[day]:
            del self.round[day]

    def clear(self) -> None:
        with self._changing() as transaction:
            for day, database in self.databases.items():
                transaction.drop(database, delete=day is not None)
        self.gathered, self.round, self.lately = {}, {}, {}

    @contextmanager
    def _changing(self) -> Iterator[lmdb.Transaction]:
        """A transaction that writes. Readers see what it did, or, where it fails, what was there before."""
        self.reader.abort()
        try:
            with self.environment.begin(write=True) as transaction:
                yield transaction
        finally:
            self._look()

    def close(self) -> None:
        self.reader.abort()
        self.environment.close()


class MemorySeen:
    def __init__(self) -> None:
        self.keys: dict[tuple[int | None, bytes], tuple[str, int]] = {}

    def first(self, key: bytes, day: int | None) -> tuple[str, int] | None:
        return self.keys.get((day, key))

    def put(self, keys: Iterable[SeenKey]) -> bool:
        self.keys.update({(each.day, each.key): (each.event_id, each.received_at) for each in keys})
        return False

    def sync(self) -> bool:
        """Memory is as durable as it gets."""
        return True

    def clear(self) -> None:
        self.keys = {}


def _name(day: int | None) -> bytes:
    return _FOR_EVER if day is None else b"%s%08d" % (_PREFIX, day)


def _day(name: bytes) -> int | None:
    return None if name == _FOR_EVER else int(name[len(_PREFIX) :])


def _pack(keys: Sequence[SeenKey]) -> Iterator[bytes]:
    """Event id and time of receipt of each."""
    ids = bytes.fromhex("".join([each.event_id for each in keys]).replace("-", ""))
    times = array("Q", [each.received_at for each in keys])
    if byteorder == "little":
        times.byteswap()
    halves = times.tobytes()
    return (ids[16 * at : 16 * at + 16] + halves[8 * at : 8 * at + 8] for at in range(len(keys)))


def _unpack(value: bytes) -> tuple[str, int]:
    digits = value[:_ID_BYTES].hex()
    event_id = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
    return event_id, int.from_bytes(value[_ID_BYTES:], "big")
