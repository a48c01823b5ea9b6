"""Roles that change, and users who go: at once, for their sessions too, and never the last owner."""

from pathlib import Path

import pytest

from bowerbird.clock import FixedClock
from bowerbird.errors import BowerbirdError, ConflictError, NotFoundError
from bowerbird.registry.sql import SqlRegistry, open_sqlite


@pytest.fixture
def registry(tmp_path: Path) -> SqlRegistry:
    opened = open_sqlite(tmp_path / "data", FixedClock(1_700_000_000_000_000))
    opened.workspaces.create("other")
    opened.users.create("ada", "secret", "owner", "default")
    opened.users.create("bob", "secret", "viewer", "default")
    opened.users.create("cleo", "secret", "owner", "other")
    return opened


def role_of(registry: SqlRegistry, session: str) -> str | None:
    snapshot = registry.load()
    assert snapshot is not None
    principal = snapshot.authenticate(session)
    return principal.role if principal else None


def test_a_role_changes_for_open_sessions(registry: SqlRegistry) -> None:
    session = registry.users.open_session("bob").secret
    assert role_of(registry, session) == "viewer"
    registry.users.set_role("bob", "analyst")
    assert role_of(registry, session) == "analyst"
    with pytest.raises(BowerbirdError, match="no role"):
        registry.users.set_role("bob", "king")
    with pytest.raises(NotFoundError):
        registry.users.set_role("dora", "viewer")


def test_a_key_has_no_role(registry: SqlRegistry) -> None:
    assert role_of(registry, registry.keys.create("default", ["admin"])[1]) is None


def test_a_removed_user_is_out(registry: SqlRegistry) -> None:
    session = registry.users.open_session("bob").secret
    registry.users.remove("bob")
    assert role_of(registry, session) is None
    assert registry.users.login("bob", "secret") is None
    assert [user.name for user in registry.users.all("default")] == ["ada"]
    with pytest.raises(NotFoundError):
        registry.users.remove("bob")


def test_a_workspace_keeps_an_owner(registry: SqlRegistry) -> None:
    for change in (lambda: registry.users.remove("ada"), lambda: registry.users.set_role("ada", "viewer")):
        with pytest.raises(ConflictError, match="only owner"):
            change()
    registry.users.set_role("ada", "owner")
    registry.users.set_role("bob", "owner")
    registry.users.remove("ada")
    assert [(user.name, user.role) for user in registry.users.all()] == [("bob", "owner"), ("cleo", "owner")]
