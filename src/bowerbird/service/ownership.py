"""Who works on a data directory, alone: the server, or a verb beside none. The holder of a lock, which ends with its
process however that ends."""

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from bowerbird.errors import DataDirectoryBusyError
from bowerbird.files import take

PATIENCE_SECONDS = 5.0
"""How long a data directory that a dying predecessor still holds is waited for."""


class Owner(msgspec.Struct, frozen=True):
    """What the process says of itself. URLs are empty until both ports are ready."""

    pid: int = 0
    collector: str = ""
    console: str = ""
    verb: str = ""
    """Of the command line, where it is no server."""


class Ownership:
    """The right to a data directory's stores, held until the block ends. Entering it waits for another's end, and
    raises `DataDirectoryBusyError`."""

    def __init__(self, data: Path, verb: str = "", patience: float | None = None) -> None:
        """`verb`: whose right it is, when it is not the server's. `patience`: in seconds."""
        self._data = data
        self._verb = verb
        self._patience = PATIENCE_SECONDS if patience is None else patience

    def __enter__(self) -> Self:
        self._file = os.open(_path(self._data), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + self._patience
        while not take(self._file):
            if time.monotonic() >= deadline:
                owner = _read(self._file)
                os.close(self._file)
                raise _busy(self._data, owner)
            time.sleep(0.05)
        self.announce("", "")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def announce(self, collector: str, console: str) -> None:
        """Lets other processes know where this one answers."""
        said = msgspec.json.encode(Owner(os.getpid(), collector, console, self._verb))
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, said, 0)


def owner_of(data: Path) -> Owner | None:
    """Who has the data directory now; None when nobody does."""
    try:
        file = os.open(_path(data), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if take(file, shared=True) else _read(file)
    finally:
        os.close(file)


def _busy(data: Path, owner: Owner) -> DataDirectoryBusyError:
    if owner.verb:
        said = f"`bowerbird {owner.verb}` is at work on {data}, as process {owner.pid}"
        return DataDirectoryBusyError(said, "Wait until it is done, then try again.")
    return DataDirectoryBusyError(
        f"{data} is being served already, by process {owner.pid}", "Stop it, or serve another --data directory."
    )


def _path(data: Path) -> Path:
    return data / "serve.lock"


def _read(file: int) -> Owner:
    try:
        return msgspec.json.decode(os.pread(file, 4096, 0), type=Owner)
    except msgspec.DecodeError:
        return Owner()
