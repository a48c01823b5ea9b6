"""What is kept of a secret that nobody knows."""

from hashlib import blake2b
from typing import NamedTuple

HINT_FROM = 16
"""Characters a secret needs before its first four are shown: of a short one they would tell too much."""
_LONGEST = 1024
_DIGEST_BYTES = 8


class Masked(NamedTuple):
    hint: str
    digest: str
    """Hexadecimal."""


class Masks:
    """`key`: what the hashes are keyed with, so that nobody who reads them can try out secrets."""

    def __init__(self, key: bytes) -> None:
        self._state = blake2b(key=key, digest_size=_DIGEST_BYTES, person=b"refused")

    def of(self, secret: str) -> Masked:
        state = self._state.copy()
        state.update(secret[:_LONGEST].encode("utf-8", "surrogatepass"))
        hint = f"{secret[:4]}…" if len(secret) >= HINT_FROM else "…"
        return Masked(hint, state.hexdigest())
