"""Files of the data directory that nobody else may read."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bowerbird.errors import BowerbirdError
from bowerbird.registry.hashing import PEPPER_BYTES


def private_directory(path: Path) -> None:
    """Creates the directory (0700) where it is missing; one that is there keeps its mode."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def private_file(path: Path) -> None:
    """Creates an empty file (0600) where it is missing."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def pepper(path: Path, expected: bool) -> bytes:
    """The pepper in this file, made on first use. All processes get the same one, however many start together.

    `expected`: there are hashes made with it already; then a missing file is an error, not a first use.
    """
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        if expected:
            raise BowerbirdError(
                f"{path} is missing, and without it no key in the registry can be recognised",
                "restore it from the backup that holds registry.db",
            ) from None
        found = _make(path)
    if len(found) != PEPPER_BYTES:
        raise BowerbirdError(f"{path} is damaged", "restore it from the backup that holds registry.db")
    return found


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keeps other processes out of the same block for the same file. Waits."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make(path: Path) -> bytes:
    """Writes a draft and links it into place: the file appears whole, and only one of several makers wins."""
    draft = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, os.urandom(PEPPER_BYTES))
        os.fsync(descriptor)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.close(descriptor)
        draft.unlink()
    _sync_directory(path.parent)
    return path.read_bytes()


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
