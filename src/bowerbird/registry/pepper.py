"""The secret that hashes of credentials are made with; without it a stolen registry says nothing."""

import os
from pathlib import Path

from bowerbird.errors import BowerbirdError
from bowerbird.files import sync_directory
from bowerbird.registry.hashing import PEPPER_BYTES


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
    sync_directory(path.parent)
    return path.read_bytes()
