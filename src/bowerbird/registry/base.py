"""What an operator sets up: workspaces with their settings, API keys, lists, sites, users and sessions; and the two
small registers that a request must consult before it is answered, metric names and list subscribers.

Written by the command line, the console and the collectors, read by all of them.
"""

from collections.abc import Iterable
from typing import Literal, Protocol

import msgspec

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
    scopes: frozenset[str]

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or "admin" in self.scopes


class Snapshot(Protocol):
    """The registry as of a moment, in memory: no I/O, constant time per look-up."""

    def authenticate(self, secret: str) -> Principal | None:
        """The principal of a live API key or session, None for an unknown, revoked or expired one. Compares
        keyed hashes; the secret itself is stored nowhere."""
        ...

    def workspace(self, name: str) -> Workspace | None: ...

    def workspaces(self) -> Iterable[Workspace]: ...


class Registers(Protocol):
    """Exact across processes. Blocking; each keeps what it knows in bounded memory, so that a known name costs no
    I/O."""

    def admit_metric(self, workspace: str, name: str, limit: int | None) -> bool:
        """True when the name is one of the workspace's metrics, or has just become one within the limit."""
        ...

    def is_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        """Whether the e-mail was subscribed to the list before."""
        ...

    def subscribe(self, workspace: str, list_id: str, email: str) -> None:
        """Remembers the e-mail for the list. Repeats change nothing."""
        ...
