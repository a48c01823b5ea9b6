"""What an operator sets up: workspaces with their settings, API keys, lists, sites, users and sessions; and the two
small registers that a request must consult before it is answered, metric names and list subscribers.

Written by the command line, the console and the collectors, read by all of them.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, Protocol

import msgspec

from bowerbird.clock import SECOND

Scope = Literal[
    "events:write", "events:read", "profiles:read", "profiles:write", "metrics:read", "insights:read", "admin"
]
SCOPES: tuple[Scope, ...] = (
    "events:write",
    "events:read",
    "profiles:read",
    "profiles:write",
    "metrics:read",
    "insights:read",
    "admin",
)

Role = Literal["owner", "analyst", "viewer"]
_READ: frozenset[Scope] = frozenset({"events:read", "profiles:read", "metrics:read", "insights:read"})
ROLES: Mapping[Role, frozenset[Scope]] = MappingProxyType(
    {"owner": frozenset({"admin"}), "analyst": _READ | {"events:write"}, "viewer": _READ}
)
"""What a console user may do, through any of its sessions."""


class WorkspaceSettings(msgspec.Struct, frozen=True):
    """The settings of one workspace; `registry/workspace_settings.py` says how each is written as KEY=VALUE."""

    event_tracking: bool = True
    currency: str = "USD"
    timezone: str = "UTC"
    klaviyo_burst: int | None = 350
    """Requests a second; None: no limit."""
    klaviyo_steady: int | None = 3500
    """Requests a minute; None: no limit."""
    klaviyo_metrics: int | None = 200
    octeth_email: Literal["required", "optional"] = "required"


class Workspace(msgspec.Struct, frozen=True):
    name: str
    number: int
    """Small and never reused: the workspace's slot in the shared rate limiter."""
    settings: WorkspaceSettings = WorkspaceSettings()
    lists: dict[str, str] = {}
    """List id → name."""


class Principal(msgspec.Struct, frozen=True):
    """Who a request speaks for: a key, a session or a site, and what it may do in which workspace."""

    workspace: Workspace
    key_id: str
    """A key's id; `session:USER` for a session, `site:ID` for a site."""
    scopes: frozenset[str]
    role: Role | None = None
    """Of a session's user; None for a key and a site."""

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or "admin" in self.scopes


class Snapshot(Protocol):
    """The registry as of a moment, in memory: no I/O, constant time per look-up."""

    @property
    def version(self) -> int:
        """Grows with every change that a snapshot shows."""
        ...

    def authenticate(self, secret: str) -> Principal | None:
        """The principal of a live API key, session or site (public, so it may write events and nothing else); None
        for an unknown, revoked or expired one. Compares keyed hashes; the secret itself is stored nowhere."""
        ...

    def workspace(self, name: str) -> Workspace | None: ...

    def workspaces(self) -> Iterable[Workspace]: ...

    def label(self, key_id: str) -> str:
        """What operators call the key, a revoked one too; '' for one without label and for an unknown one."""
        ...


class Snapshots(Protocol):
    """Where snapshots come from. Blocking, safe from any thread."""

    def load(self, if_newer_than: int | None = None) -> Snapshot | None:
        """The registry as it is now, None when its version is still `if_newer_than`: then it costs one small
        statement, so it may be asked several times a second."""
        ...


class Registers(Protocol):
    """Exact across processes, safe from any thread. Each keeps what it knows in bounded memory. The two methods
    whose names begin with `know` look only there and never block; the others may do I/O."""

    def knows_metric(self, workspace: str, name: str) -> bool:
        """True only for a metric of the workspace; False when it must be asked for by `admit_metric`."""
        ...

    def admit_metric(self, workspace: str, name: str, limit: int | None) -> bool:
        """True when the name is one of the workspace's metrics, or has just become one within the limit. Once the
        metrics are exhausted, refusals cost no I/O for a second."""
        ...

    def known_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        """True only for a subscriber of the list; False when `is_subscriber` must be asked."""
        ...

    def is_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        """Whether the e-mail was subscribed to the list before, in whatever case it was written."""
        ...

    def subscribe(self, workspace: str, list_id: str, email: str) -> None:
        """Remembers the e-mail for the list, durable on return. Repeats change nothing."""
        ...


SESSION_LIFE = 30 * 24 * 3600 * SECOND


class Logins(Protocol):
    """Console users' sessions. Blocking, and slow on purpose (a password hash)."""

    def login(self, name: str, password: str) -> str | None:
        """A new session's secret, good for `SESSION_LIFE`; None when user or password is wrong, which takes as long."""
        ...

    def change_password(self, name: str, password: str, new: str) -> str | None:
        """Changes the password of who knows it, and ends the user's sessions. A new session's secret; None when
        `password` is wrong. Raises `BowerbirdError` for an unusable new one."""
        ...

    def logout(self, session: str) -> None:
        """Ends the session. An unknown one is passed over."""
        ...
