"""How a process of this machine finds the running engine: two files in the data directory.

`engine.json` says where it answers, `engine.token` (readable by its owner alone) proves that one may ask.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

_ADDRESS = "engine.json"
_TOKEN = "engine.token"  # noqa: S105  # a file's name


class Address(msgspec.Struct, frozen=True):
    url: str
    pid: int
    started: int = 0
    """When the process began, in the kernel's ticks; 0: not known. After a crash its number may be another's."""


def control_token(data: Path) -> str:
    """The data directory's control token, made where it is missing. Two processes that make it get the same one."""
    path = data / _TOKEN
    if not path.exists():
        fresh = _private_file(data, secrets.token_urlsafe(32).encode())
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()


def announce(data: Path, url: str) -> None:
    """Says that this process is the engine and answers at `url`."""
    _private_file(data, msgspec.json.encode(Address(url, os.getpid(), _started(os.getpid())))).replace(data / _ADDRESS)


def withdraw(data: Path) -> None:
    """Takes this process's announcement back; another's is left alone."""
    address = _read(data)
    if address is not None and address.pid == os.getpid():
        (data / _ADDRESS).unlink(missing_ok=True)


def running(data: Path) -> str | None:
    """Where the engine answers; None when none is announced or the one announced is gone."""
    address = _read(data)
    if address is None:
        return None
    try:
        os.kill(address.pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    started = _started(address.pid)
    return address.url if started == address.started or 0 in (started, address.started) else None


def _started(pid: int) -> int:
    """0 where there is no such process, or no `/proc`."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0


def _read(data: Path) -> Address | None:
    try:
        return msgspec.json.decode((data / _ADDRESS).read_bytes(), type=Address)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _private_file(data: Path, content: bytes) -> Path:
    """A new file that only its owner can read; it appears whole under its final name, or not at all."""
    with NamedTemporaryFile(dir=data, prefix=".engine-", delete=False) as file:
        file.write(content)
    return Path(file.name)
