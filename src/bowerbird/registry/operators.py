"""What an operator does to the registry. Every change is durable on return and shows in the next snapshot that any
process loads. Blocking, safe from any thread; all raise `BowerbirdError` when the registry cannot be reached."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

import msgspec

from bowerbird.registry.base import Workspace


class Key(msgspec.Struct, frozen=True):
    id: str
    workspace: str
    scopes: tuple[str, ...]
    hint: str
    """The secret's last four characters, '' for a short secret."""
    created_at: int
    revoked_at: int | None
    label: str = ""
    """What operators call it; '' where they call it nothing."""


class Site(msgspec.Struct, frozen=True):
    id: str
    workspace: str
    name: str
    created_at: int


class User(msgspec.Struct, frozen=True):
    name: str
    workspace: str
    role: str
    created_at: int


class Session(msgspec.Struct, frozen=True):
    secret: str
    user: str
    workspace: str
    expires_at: int


class FirstSecrets(msgspec.Struct, frozen=True):
    """Made for a new data directory, to be shown once; None: there was one already."""

    secret: str | None
    """Of an API key of workspace `default` that may do everything."""
    password: str | None
    """Of the console user `admin`."""


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
    def create(
        self, workspace: str, scopes: Iterable[str], secret: str | None = None, label: str = ""
    ) -> tuple[Key, str]:
        """A key and its secret, which is kept nowhere. Raises `ConflictError` for a secret that is in use,
        `NotFoundError`, `BowerbirdError` for an unknown scope and an unusable label."""
        ...

    def all(self, workspace: str | None = None) -> list[Key]:
        """Oldest first, revoked ones too."""
        ...

    def label(self, key_id: str, label: str) -> Key:
        """Calls the key this from now on, a revoked one too; '' takes the label away. Raises `NotFoundError`,
        `BowerbirdError` for an unusable label."""
        ...

    def revoke(self, key_id: str) -> None:
        """Repeats change nothing. Raises `NotFoundError`."""
        ...

    def add_site(self, workspace: str, name: str, site_id: str | None = None) -> Site:
        """`site_id`: an existing public key to go on with. Raises `ConflictError`, `NotFoundError`."""
        ...

    def remove_site(self, site_id: str) -> None:
        """Its id sends nothing from then on; what it sent stays. Raises `NotFoundError`."""
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

    def open_session(self, name: str) -> Session:
        """A session without asking for the password. Raises `NotFoundError`."""
        ...


class Operators(NamedTuple):
    """All that an operator may change."""

    workspaces: WorkspaceDesk
    keys: KeyDesk
    users: UserDesk


class OperatedRegistry(Protocol):
    """A registry as the command line has it."""

    @property
    def workspaces(self) -> WorkspaceDesk: ...

    @property
    def keys(self) -> KeyDesk: ...

    @property
    def users(self) -> UserDesk: ...

    def bootstrap(self) -> FirstSecrets | None:
        """The first key where there never was one, the first user where there is none; None when neither was
        missing. Once, however many processes ask."""
        ...

    def close(self) -> None: ...
