"""Who looks at the console."""

from dataclasses import dataclass

from bowerbird.console.rights import Act, role_may
from bowerbird.console.sources import Registry
from bowerbird.registry.base import Role, Snapshot, Workspace

_SESSION = "session:"


@dataclass(frozen=True)
class Visitor:
    """A console user of this moment. Belongs to one workspace and sees nothing of the others."""

    user: str
    role: Role
    workspace: Workspace

    def can(self, act: Act) -> bool:
        return role_may(self.role, act)


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
