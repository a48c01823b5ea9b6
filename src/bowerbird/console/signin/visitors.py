"""Who looks at the console, and what each role may do there."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from bowerbird.console.sources import Registry
from bowerbird.registry.base import ROLES, Role, Scope, Snapshot, Workspace

Act = Literal["look", "ask", "keep boards", "retry", "describe", "see personal data", "change people", "administer"]

ACTS: Mapping[Act, Scope] = MappingProxyType(
    {
        "look": "events:read",
        "ask": "insights:read",
        "keep boards": "events:write",
        "retry": "events:write",
        "describe": "events:write",
        "see personal data": "events:write",
        "change people": "profiles:write",
        "administer": "admin",
    }
)
"""What can be done at the console, and the scope that it takes. `registry.base.ROLES` says which role has which."""

_SESSION = "session:"


@dataclass(frozen=True)
class Visitor:
    """A console user of this moment. Belongs to one workspace and sees nothing of the others."""

    user: str
    role: Role
    workspace: Workspace

    def may(self, scope: Scope) -> bool:
        return scope in ROLES[self.role] or "admin" in ROLES[self.role]

    def can(self, act: Act) -> bool:
        return self.may(ACTS[act])


class Visitors:
    """Tells visitors by their session's secret. Safe from any thread."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._snapshot: Snapshot | None = None

    def now(self, session: str) -> Visitor | None:
        """As the registry is at this moment; costs one small statement. None: no live session of a user."""
        self.refresh()
        return self.known(session)

    def known(self, session: str) -> Visitor | None:
        """As of the latest `refresh`, from memory."""
        principal = self._snapshot.authenticate(session) if self._snapshot else None
        if principal is None or principal.role is None or not principal.key_id.startswith(_SESSION):
            return None
        return Visitor(principal.key_id.removeprefix(_SESSION), principal.role, principal.workspace)

    def refresh(self) -> None:
        """Looks at the registry."""
        self._snapshot = self._registry.current()
