"""Keyed hashes of secrets. The key (the pepper) stands outside the database, so that a stolen database alone does
not let anybody guess weak vendor keys."""

from hashlib import blake2b

PEPPER_BYTES = 32


class Hasher:
    """Digests under one pepper. Each kind of thing has its own domain, so digests never meet across kinds."""

    def __init__(self, pepper: bytes) -> None:
        self._secret = blake2b(key=pepper, digest_size=32, person=b"secret")
        self._subscriber = blake2b(key=pepper, digest_size=16, person=b"subscriber")

    def secret(self, secret: str) -> bytes:
        """32 bytes for an API key, a session or a site id."""
        state = self._secret.copy()
        state.update(secret.encode("utf-8", "surrogatepass"))
        return state.digest()

    def subscriber(self, workspace: str, list_id: str, email: str) -> bytes:
        """16 bytes; the e-mail counts without regard to case and surrounding blanks."""
        state = self._subscriber.copy()
        state.update("\0".join((workspace, list_id, email.strip().lower())).encode("utf-8", "surrogatepass"))
        return state.digest()
