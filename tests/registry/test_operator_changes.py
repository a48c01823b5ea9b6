"""What an operator can set up, and what is refused."""

from collections.abc import Callable

import pytest

from bowerbird.clock import FixedClock
from bowerbird.errors import BowerbirdError, ConflictError, NotFoundError, SettingInvalidError
from bowerbird.registry.base import SESSION_LIFE
from bowerbird.registry.sql import SqlRegistry
from bowerbird.registry.users import SESSIONS_PER_USER


def test_a_new_registry_has_the_default_workspace(registry: SqlRegistry) -> None:
    assert [workspace.name for workspace in registry.workspaces.all()] == ["default"]


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "ä", "x" * 64, "a\n"])
def test_a_workspace_needs_a_plain_name(registry: SqlRegistry, name: str) -> None:
    with pytest.raises(BowerbirdError, match="cannot be named"):
        registry.workspaces.create(name)


def test_a_workspace_is_made_once(registry: SqlRegistry) -> None:
    registry.workspaces.create("acme")
    with pytest.raises(ConflictError):
        registry.workspaces.create("acme")
    assert registry.workspaces.create("beta").number == 3


def test_settings_change_all_or_none(registry: SqlRegistry) -> None:
    registry.workspaces.set("default", ["currency=EUR", "klaviyo.steady=10"])
    with pytest.raises(SettingInvalidError):
        registry.workspaces.set("default", ["currency=CHF", "klaviyo.steady=few"])
    settings = registry.workspaces.get("default").settings
    assert (settings.currency, settings.klaviyo_steady) == ("EUR", 10)
    assert registry.workspaces.set("default", ["currency=CHF"]).settings.klaviyo_steady == 10


def test_unknown_workspaces_are_named_in_the_error(registry: SqlRegistry) -> None:
    for act in (
        lambda: registry.workspaces.set("nope", ["currency=EUR"]),
        lambda: registry.workspaces.get("nope"),
        lambda: registry.workspaces.add_list("nope", "N"),
        lambda: registry.keys.create("nope", ["admin"]),
        lambda: registry.keys.add_site("nope", "N"),
        lambda: registry.users.create("ana", "pw", "owner", "nope"),
    ):
        with pytest.raises(NotFoundError, match="'nope'") as caught:
            act()
        assert "default" in caught.value.hint


def test_lists_count_on_from_the_highest(registry: SqlRegistry) -> None:
    lists = registry.workspaces
    registry.workspaces.create("acme")
    assert lists.add_list("default", "One") == "1"
    assert lists.add_list("default", "Old", "94") == "94"
    assert lists.add_list("default", "Next") == "95"
    assert lists.add_list("acme", "Its own", "94") == "94", "ids are a workspace's own"
    with pytest.raises(ConflictError, match="'Old' already"):
        lists.add_list("default", "Again", "94")


@pytest.mark.parametrize("list_id", ["0", "-1", "094", "x", "1e3", "٣", "9" * 19])
def test_a_list_id_is_a_number(registry: SqlRegistry, list_id: str) -> None:
    with pytest.raises(BowerbirdError, match="id cannot be"):
        registry.workspaces.add_list("default", "N", list_id)


def test_a_new_key_has_a_secret_of_our_own(registry: SqlRegistry) -> None:
    key, secret = registry.keys.create("default", ["events:read", "events:write", "events:read"])
    assert secret.startswith("bb_")
    assert len(secret) == 35
    assert key.hint == secret[-4:]
    assert key.scopes == ("events:write", "events:read")
    assert registry.keys.all() == [key]


def test_of_a_short_secret_nothing_is_kept_to_be_shown(registry: SqlRegistry) -> None:
    key, secret = registry.keys.create("default", ["admin"], "abcde")
    assert (secret, key.hint) == ("abcde", "")


def test_a_key_is_called_what_its_operator_likes(registry: SqlRegistry) -> None:
    key, _ = registry.keys.create("default", ["admin"], label="  Shop – “live” ✓ ")
    assert key.label == "Shop – “live” ✓"
    longest = "x" * 100
    assert registry.keys.label(key.id, longest).label == longest
    registry.keys.revoke(key.id)
    assert registry.keys.label(key.id, " ").label == "", "a revoked one, too"
    assert [known.label for known in registry.keys.all()] == [""]


@pytest.mark.parametrize("label", ["x" * 101, "a\nb", "a\x1b[31mb", "a\x00", "a\u2028b", "\ud800", "a\x85b"])
def test_a_label_is_a_short_line(registry: SqlRegistry, label: str) -> None:
    with pytest.raises(BowerbirdError, match="at most 100 characters"):
        registry.keys.create("default", ["admin"], label=label)
    key, _ = registry.keys.create("default", ["admin"], label="Shop")
    with pytest.raises(BowerbirdError, match="at most 100 characters"):
        registry.keys.label(key.id, label)
    assert [known.label for known in registry.keys.all()] == ["Shop"]


def test_nobody_calls_an_unknown_key_something(registry: SqlRegistry) -> None:
    with pytest.raises(NotFoundError, match="key_none"):
        registry.keys.label("key_none", "Shop")


@pytest.mark.parametrize("secret", ["", " ", "a b", "tab\t", "ä", "x" * 513, "line\n"])
def test_a_secret_must_fit_a_header(registry: SqlRegistry, secret: str) -> None:
    with pytest.raises(BowerbirdError, match="printable"):
        registry.keys.create("default", ["admin"], secret)


@pytest.mark.parametrize("scopes", [[], ["events:writ"], ["admin", ""]])
def test_unknown_scopes_are_refused_with_the_list(registry: SqlRegistry, scopes: list[str]) -> None:
    with pytest.raises(BowerbirdError) as caught:
        registry.keys.create("default", scopes)
    assert "events:write, events:read" in caught.value.hint


@pytest.mark.parametrize("workspace", ["default", "acme"])
def test_a_secret_is_registered_once(registry: SqlRegistry, workspace: str) -> None:
    registry.workspaces.create("acme")
    key, _ = registry.keys.create("default", ["admin"], "vendor-secret")
    with pytest.raises(ConflictError, match=key.id):
        registry.keys.create(workspace, ["admin"], "vendor-secret")


def test_a_public_id_cannot_be_a_secret_nor_a_secret_public(registry: SqlRegistry) -> None:
    registry.keys.add_site("default", "www", "AbC123")
    with pytest.raises(ConflictError, match="public id"):
        registry.keys.create("default", ["admin"], "AbC123")
    with pytest.raises(ConflictError, match="public id"):
        registry.keys.add_site("default", "www", "AbC123")
    registry.keys.create("default", ["admin"], "Secret9")
    with pytest.raises(ConflictError, match="this secret is key"):
        registry.keys.add_site("default", "www", "Secret9")


def test_revoking_twice_keeps_the_first_time(registry: SqlRegistry, clock: FixedClock) -> None:
    key, _ = registry.keys.create("default", ["admin"])
    clock.advance(5)
    registry.keys.revoke(key.id)
    at = clock.now()
    clock.advance(5)
    registry.keys.revoke(key.id)
    assert [known.revoked_at for known in registry.keys.all()] == [at]
    with pytest.raises(NotFoundError):
        registry.keys.revoke("key_none")


def test_keys_and_sites_are_shown_by_workspace(registry: SqlRegistry) -> None:
    registry.workspaces.create("acme")
    registry.keys.create("default", ["admin"])
    key, _ = registry.keys.create("acme", ["admin"])
    site = registry.keys.add_site("acme", " www ")
    assert registry.keys.all("acme") == [key]
    assert registry.keys.sites("acme") == [site]
    assert registry.keys.sites("default") == []
    assert site.name == "www"


def test_a_login_opens_a_session(registry: SqlRegistry) -> None:
    registry.users.create("ana", "correct horse", "owner", "default")
    assert registry.users.login("ana", "wrong") is None
    assert registry.users.login("bob", "correct horse") is None
    assert registry.users.login("ana", "x" * 5000) is None
    session = registry.users.login("ana", "correct horse")
    assert session is not None
    snapshot = registry.load()
    assert snapshot is not None
    assert snapshot.authenticate(session) is not None


def test_a_logout_ends_the_session(registry: SqlRegistry) -> None:
    registry.users.create("ana", "correct horse", "owner", "default")
    session, other = (registry.users.open_session("ana").secret for _ in range(2))
    registry.users.logout(session)
    registry.users.logout("unknown")
    snapshot = registry.load()
    assert snapshot is not None
    assert snapshot.authenticate(session) is None
    assert snapshot.authenticate(other) is not None


def test_a_new_password_ends_all_sessions(registry: SqlRegistry) -> None:
    registry.users.create("ana", "first", "owner", "default")
    session = registry.users.open_session("ana").secret
    registry.users.password("ana", "second")
    snapshot = registry.load()
    assert snapshot is not None
    assert snapshot.authenticate(session) is None
    assert registry.users.login("ana", "first") is None
    assert registry.users.login("ana", "second") is not None


def test_users_are_refused_for_what_cannot_be(registry: SqlRegistry) -> None:
    registry.users.create("ana", "pw", "viewer", "default")
    with pytest.raises(ConflictError):
        registry.users.create("ana", "pw", "viewer", "default")
    with pytest.raises(BowerbirdError, match="no role"):
        registry.users.create("bob", "pw", "boss", "default")
    with pytest.raises(BowerbirdError, match="cannot be named"):
        registry.users.create("b ob", "pw", "owner", "default")
    with pytest.raises(BowerbirdError, match="a password has"):
        registry.users.create("bob", "", "owner", "default")
    with pytest.raises(NotFoundError):
        registry.users.open_session("bob")
    with pytest.raises(NotFoundError):
        registry.users.password("bob", "pw")
    assert [(user.name, user.role) for user in registry.users.all()] == [("ana", "viewer")]


def test_sessions_do_not_pile_up(registry: SqlRegistry, clock: FixedClock) -> None:
    registry.users.create("ana", "pw", "owner", "default")
    secrets = []
    for _ in range(SESSIONS_PER_USER + 1):
        clock.advance(1)
        secrets.append(registry.users.open_session("ana").secret)
    snapshot = registry.load()
    assert snapshot is not None
    assert snapshot.authenticate(secrets[0]) is None
    assert all(snapshot.authenticate(secret) for secret in secrets[1:])
    clock.advance(SESSION_LIFE / 1_000_000)
    assert registry.users.open_session("ana").expires_at == clock.now() + SESSION_LIFE


def test_a_new_directory_gets_its_first_secrets_once(
    registry: SqlRegistry, reopened: Callable[[], SqlRegistry]
) -> None:
    first = registry.bootstrap()
    assert first is not None
    assert first.secret is not None
    assert first.password is not None
    assert registry.bootstrap() is None
    assert reopened().bootstrap() is None
    snapshot = registry.load()
    assert snapshot is not None
    principal = snapshot.authenticate(first.secret)
    assert principal is not None
    assert principal.may("admin")
    assert registry.users.login("admin", first.password) is not None


def test_who_has_a_key_of_his_own_gets_no_other(registry: SqlRegistry) -> None:
    key, _ = registry.keys.create("default", ["events:write"])
    registry.keys.revoke(key.id)
    first = registry.bootstrap()
    assert first is not None
    assert first.secret is None
    assert first.password is not None
    assert [known.id for known in registry.keys.all()] == [key.id]
