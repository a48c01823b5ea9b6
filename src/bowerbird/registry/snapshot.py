"""The snapshot that every adapter gives out."""

import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from bowerbird.clock import Clock
from bowerbird.registry.base import Principal, Workspace

LONGEST_SECRET = 1024
"""Characters; whatever is longer is no secret of ours and is not hashed."""


class Credential(NamedTuple):
    digest: bytes
    principal: Principal
    expires_at: int | None = None
    """µs; None: never."""


class Content(NamedTuple):
    """What a registry holds at a version."""

    version: int
    workspaces: Mapping[str, Workspace]
    """By name."""
    credentials: Iterable[Credential]
    labels: Mapping[str, str]
    """Of the keys that have one, by id."""


class IndexedSnapshot:
    """Credentials by digest, workspaces by name."""

    def __init__(self, content: Content, digest: Callable[[str], bytes], clock: Clock) -> None:
        self.version = content.version
        self._workspaces = dict(content.workspaces)
        self._credentials = {credential.digest: credential for credential in content.credentials}
        self._labels = dict(content.labels)
        self._digest = digest
        self._clock = clock

    def authenticate(self, secret: str) -> Principal | None:
        if not secret or len(secret) > LONGEST_SECRET:
            return None
        digest = self._digest(secret)
        found = self._credentials.get(digest)
        if found is None or not hmac.compare_digest(found.digest, digest):
            return None
        if found.expires_at is not None and found.expires_at <= self._clock.now():
            return None
        return found.principal

    def workspace(self, name: str) -> Workspace | None:
        return self._workspaces.get(name)

    def workspaces(self) -> Iterable[Workspace]:
        return self._workspaces.values()

    def label(self, key_id: str) -> str:
        return self._labels.get(key_id, "")
