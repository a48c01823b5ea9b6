"""A registry that lives in one process and is gone with it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from bowerbird.clock import Clock, SystemClock
from bowerbird.registry.base import ROLES, Principal, Role, Workspace, WorkspaceSettings
from bowerbird.registry.hashing import PEPPER_BYTES, Hasher
from bowerbird.registry.snapshot import Content, Credential, IndexedSnapshot


@dataclass(frozen=True)
class _Grant:
    workspace: str
    key_id: str
    scopes: frozenset[str]
    expires_at: int | None = None
    role: Role | None = None


@dataclass
class MemoryRegistry:
    """`Snapshots` and `Registers` for one process. What is added shows in snapshots loaded afterwards."""

    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        self._hasher = Hasher(os.urandom(PEPPER_BYTES))
        self._version = 0
        self._workspaces: dict[str, Workspace] = {}
        self._grants: dict[bytes, _Grant] = {}
        self._metrics: dict[str, set[str]] = {}
        self._subscribers: set[bytes] = set()
        self._labels: dict[str, str] = {}

    def add_workspace(
        self, name: str = "default", settings: WorkspaceSettings | None = None, lists: dict[str, str] | None = None
    ) -> Workspace:
        """Adds the workspace, or gives the one of that name other settings and lists."""
        old = self._workspaces.get(name)
        number = old.number if old else len(self._workspaces) + 1
        workspace = Workspace(name, number, settings or WorkspaceSettings(), dict(lists or {}))
        self._workspaces[name] = workspace
        self._version += 1
        return workspace

    def add_key(
        self,
        secret: str,
        workspace: str = "default",
        scopes: Iterable[str] = ("events:write",),
        key_id: str = "key_memory",
    ) -> None:
        self._grant(secret, _Grant(workspace, key_id, frozenset(scopes)))

    def label(self, key_id: str, label: str) -> None:
        self._labels[key_id] = label
        self._version += 1

    def add_session(self, secret: str, user: str, role: Role, expires_at: int, workspace: str = "default") -> None:
        """`expires_at` in µs."""
        self._grant(secret, _Grant(workspace, f"session:{user}", ROLES[role], expires_at, role))

    def add_site(self, site_id: str, workspace: str = "default") -> None:
        self._grant(site_id, _Grant(workspace, f"site:{site_id}", frozenset({"events:write"})))

    def revoke(self, secret: str) -> None:
        """Takes a key, session or site away."""
        self._grants.pop(self._hasher.secret(secret), None)
        self._version += 1

    def load(self, if_newer_than: int | None = None) -> IndexedSnapshot | None:
        if if_newer_than == self._version:
            return None
        credentials = [
            Credential(digest, Principal(self._workspaces[g.workspace], g.key_id, g.scopes, g.role), g.expires_at)
            for digest, g in self._grants.items()
        ]
        content = Content(self._version, self._workspaces, credentials, self._labels)
        return IndexedSnapshot(content, self._hasher.secret, self.clock)

    def snapshot(self) -> IndexedSnapshot:
        """`load` for whoever has none yet."""
        loaded = self.load()
        assert loaded is not None
        return loaded

    def knows_metric(self, workspace: str, name: str) -> bool:
        return name in self._metrics.get(workspace, ())

    def admit_metric(self, workspace: str, name: str, limit: int | None) -> bool:
        known = self._metrics.setdefault(workspace, set())
        if name not in known and limit is not None and len(known) >= limit:
            return False
        known.add(name)
        return True

    def known_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        return self._hasher.subscriber(workspace, list_id, email) in self._subscribers

    def is_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        return self.known_subscriber(workspace, list_id, email)

    def subscribe(self, workspace: str, list_id: str, email: str) -> None:
        self._subscribers.add(self._hasher.subscriber(workspace, list_id, email))

    def _grant(self, secret: str, grant: _Grant) -> None:
        if grant.workspace not in self._workspaces:
            self.add_workspace(grant.workspace)
        self._grants[self._hasher.secret(secret)] = grant
        self._version += 1
