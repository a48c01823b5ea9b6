"""What a process remembers of the registers: bounded, never wrong, never waiting for anything."""

from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

from bowerbird.clock import SECOND

REFUSAL_LIFE = SECOND


class _Exhausted(NamedTuple):
    """All metrics of a workspace are known, and until `until` (µs) a limit of `limit` or less admits no other."""

    limit: int
    until: int


class KnownMetrics:
    """Names by workspace, at most `capacity` together. Safe from any thread."""

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity
        self._lock = Lock()
        self._names: dict[str, set[str]] = {}
        self._exhausted: dict[str, _Exhausted] = {}

    def __contains__(self, metric: tuple[str, str]) -> bool:
        workspace, name = metric
        return name in self._names.get(workspace, ())

    def admits(self, workspace: str, name: str, limit: int | None, now: int) -> bool | None:
        """Whether the name is admitted; None: memory cannot tell."""
        with self._lock:
            if (workspace, name) in self:
                return True
            exhausted = self._exhausted.get(workspace)
            if limit is None or exhausted is None:
                return None
            return False if limit <= exhausted.limit and now < exhausted.until else None

    def learn(self, workspace: str, name: str) -> None:
        with self._lock:
            self._add(workspace, (name,))

    def exhaust(self, workspace: str, names: Iterable[str], limit: int, now: int) -> None:
        """`names`: every metric of the workspace, as many as `limit` or more. Too many are not remembered."""
        with self._lock:
            self._add(workspace, names)
            if workspace in self._names:
                self._exhausted[workspace] = _Exhausted(limit, now + REFUSAL_LIFE)

    def _add(self, workspace: str, names: Iterable[str]) -> None:
        """Forgets the other workspaces when it gets too much, and this one too when that is not enough."""
        own = self._names.setdefault(workspace, set())
        own.update(names)
        if sum(map(len, self._names.values())) > self._capacity:
            keep = len(own) <= self._capacity
            self._names = {workspace: own} if keep else {}
            self._exhausted = {}


class KnownSubscribers:
    """Digests, at most `capacity`; the one not asked about for longest goes first. Safe from any thread."""

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity
        self._lock = Lock()
        self._digests: dict[bytes, None] = {}

    def __contains__(self, digest: bytes) -> bool:
        with self._lock:
            if digest not in self._digests:
                return False
            self._touch(digest)
            return True

    def add(self, digest: bytes) -> None:
        with self._lock:
            self._touch(digest)
            if len(self._digests) > self._capacity:
                del self._digests[next(iter(self._digests))]

    def _touch(self, digest: bytes) -> None:
        self._digests.pop(digest, None)
        self._digests[digest] = None
