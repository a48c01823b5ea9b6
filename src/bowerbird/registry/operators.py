"""What an operator does to the registry. Every change is durable on return and shows in the next snapshot that any
process loads. Blocking, safe from any thread; all raise `BowerbirdError` when the registry cannot be reached."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from bowerbird.registry.base import Workspace
from bowerbird.registry.keys import Key, Site
from bowerbird.registry.users import User


class WorkspaceDesk(Protocol):
    def create(self, name: str, pairs: Iterable[str] = ()) -> Workspace:
        """`pairs` are KEY=VALUE settings. Raises `ConflictError`, `SettingInvalidError`."""
        ...

    def set(self, name: str, pairs: Iterable[str]) -> Workspace:
        """Changes the settings named, all or none. Raises `NotFoundError`, `SettingInvalidError`."""
        ...

    def get(self, name: str) -> Workspace:
        """Raises `NotFoundError`."""
        ...

    def all(self) -> list[Workspace]:
        """In the order in which they were made."""
        ...

    def add_list(self, workspace: str, name: str, list_id: str | None = None) -> str:
        """Returns the list's id, the next free number where none is given. Raises `ConflictError`,
        `NotFoundError`."""
        ...


class KeyDesk(Protocol):
    def create(self, workspace: str, scopes: Iterable[str], secret: str | None = None) -> tuple[Key, str]:
        """A key and its secret, which is kept nowhere. Raises `ConflictError` for a secret that is in use,
        `NotFoundError`, `BowerbirdError` for an unknown scope."""
        ...

    def all(self, workspace: str | None = None) -> list[Key]:
        """Oldest first, revoked ones too."""
        ...

    def revoke(self, key_id: str) -> None:
        """Repeats change nothing. Raises `NotFoundError`."""
        ...

    def add_site(self, workspace: str, name: str, site_id: str | None = None) -> Site:
        """`site_id`: an existing public key to go on with. Raises `ConflictError`, `NotFoundError`."""
        ...

    def sites(self, workspace: str | None = None) -> list[Site]:
        """Oldest first."""
        ...


class UserDesk(Protocol):
    def create(self, name: str, password: str, role: str, workspace: str) -> User:
        """Slow on purpose (a password hash). Raises `ConflictError`, `NotFoundError`, `BowerbirdError` for an
        unusable name, password or role."""
        ...

    def password(self, name: str, password: str) -> None:
        """Changes the password and ends the user's sessions. Slow on purpose. Raises `NotFoundError`."""
        ...

    def set_role(self, name: str, role: str) -> None:
        """Raises `NotFoundError`, `ConflictError` where the workspace would have no owner left."""
        ...

    def remove(self, name: str) -> None:
        """The user and the user's sessions. Raises `NotFoundError`, `ConflictError` where the workspace would have no
        owner left."""
        ...

    def all(self, workspace: str | None = None) -> list[User]:
        """By name."""
        ...


class Operators(NamedTuple):
    """All that an operator may change."""

    workspaces: WorkspaceDesk
    keys: KeyDesk
    users: UserDesk
