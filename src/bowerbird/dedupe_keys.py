"""Dedupe keys: a digest of what makes two events one."""

from hashlib import blake2b

_BLAKE = blake2b(digest_size=16)


def dedupe_digest(workspace: str, dialect: str, whose: str, key: str) -> bytes:
    """16 bytes. `key`: `Event.dedupe_key`; `whose`: the person or identifier that the key belongs to, '' for one of
    the whole workspace."""
    digest = _BLAKE.copy()  # half as dear as a new one
    digest.update(f"{workspace}\x1f{dialect}\x1f{whose}\x1f{key}".encode())
    return digest.digest()
