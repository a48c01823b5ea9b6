"""What every registry keeps to: `Snapshots`, `Snapshot`, `Registers`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bowerbird.clock import FixedClock
from bowerbird.registry import workspace_settings
from bowerbird.registry.base import SESSION_LIFE, Registers, Snapshot, Snapshots
from bowerbird.registry.memory import MemoryRegistry
from bowerbird.registry.sql import open_sqlite

START = 1_700_000_000_000_000


@dataclass
class Subject:
    """A registry, and how an operator changes it."""

    snapshots: Snapshots
    registers: Registers
    clock: FixedClock
    add_workspace: Callable[[str, list[str]], Any]
    add_key: Callable[[str, str, list[str]], Any]
    revoke: Callable[[str], Any]
    add_site: Callable[[str, str], Any]
    add_session: Callable[[str, str], str]
    """(role, workspace) → secret"""
    add_list: Callable[[str, str, str], Any]
    label: Callable[[str, str], str]
    """(secret, label) → the id of the key that is called so now"""

    def snapshot(self) -> Snapshot:
        loaded = self.snapshots.load()
        assert loaded is not None
        return loaded


def memory(_: Any) -> Iterator[Subject]:
    registry = MemoryRegistry(FixedClock(START))

    def add_workspace(name: str, pairs: list[str]) -> None:
        registry.add_workspace(name, workspace_settings.build(workspace_settings.parse(pairs)))

    def add_session(role: Any, workspace: str) -> str:
        registry.add_session(f"{role} session", f"the-{role}", role, START + SESSION_LIFE, workspace)
        return f"{role} session"

    def label(secret: str, text: str) -> str:
        registry.label("key_memory", text)
        return "key_memory"

    registry.add_workspace("default")
    yield Subject(
        registry,
        registry,
        registry.clock,  # type: ignore[arg-type]
        add_workspace,
        registry.add_key,
        registry.revoke,
        registry.add_site,
        add_session,
        lambda workspace, list_id, name: registry.add_workspace(workspace, lists={list_id: name}),
        label,
    )


def sqlite(directory: Any) -> Iterator[Subject]:
    clock = FixedClock(START)
    registry = open_sqlite(directory / "data", clock)
    ids: dict[str, str] = {}

    def add_key(secret: str, workspace: str, scopes: list[str]) -> None:
        ids[secret] = registry.keys.create(workspace, scopes, secret)[0].id

    def add_session(role: str, workspace: str) -> str:
        registry.users.create(f"the-{role}", "long enough", role, workspace)
        return registry.users.open_session(f"the-{role}").secret

    yield Subject(
        registry,
        registry.registers,
        clock,
        registry.workspaces.create,
        add_key,
        lambda secret: registry.keys.revoke(ids[secret]),
        lambda site, workspace: registry.keys.add_site(workspace, "", site),
        add_session,
        lambda workspace, list_id, name: registry.workspaces.add_list(workspace, name, list_id),
        lambda secret, text: registry.keys.label(ids[secret], text).id,
    )
    registry.close()


@pytest.fixture(params=[memory, sqlite], ids=lambda make: make.__name__)
def subject(request: Any, tmp_path: Any) -> Iterator[Subject]:
    yield from request.param(tmp_path)


def test_a_key_speaks_for_its_workspace_within_its_scopes(subject: Subject) -> None:
    subject.add_workspace("acme", [])
    subject.add_key("sk_acme_0001", "acme", ["events:write", "metrics:read"])
    principal = subject.snapshot().authenticate("sk_acme_0001")
    assert principal is not None
    assert principal.workspace.name == "acme"
    assert principal.may("events:write")
    assert principal.may("metrics:read")
    assert not principal.may("events:read")


def test_scope_admin_may_everything(subject: Subject) -> None:
    subject.add_key("sk_admin", "default", ["admin"])
    principal = subject.snapshot().authenticate("sk_admin")
    assert principal is not None
    assert principal.may("profiles:write")


@pytest.mark.parametrize(
    "secret", ["", "nobody's", "sk_acme_0001 ", "SK_ACME_0001", "\ud800", "é" * 50, "x" * 2_000_000]
)
def test_any_other_secret_speaks_for_nobody(subject: Subject, secret: str) -> None:
    subject.add_key("sk_acme_0001", "default", ["events:write"])
    assert subject.snapshot().authenticate(secret) is None


def test_a_revoked_key_speaks_for_nobody(subject: Subject) -> None:
    subject.add_key("sk_1", "default", ["events:write"])
    before = subject.snapshot()
    subject.revoke("sk_1")
    assert subject.snapshot().authenticate("sk_1") is None
    assert before.authenticate("sk_1") is not None, "a snapshot does not change"


def test_a_key_keeps_its_label_when_it_is_revoked(subject: Subject) -> None:
    subject.add_key("sk_1", "default", ["events:write"])
    before = subject.snapshot()
    key_id = subject.label("sk_1", "Shop")
    assert (before.label(key_id), before.label("key_of_nobody")) == ("", "")
    labelled = subject.snapshots.load(before.version)
    assert labelled is not None
    assert labelled.label(key_id) == "Shop"
    subject.revoke("sk_1")
    assert subject.snapshot().label(key_id) == "Shop"
    subject.label("sk_1", "")
    assert subject.snapshot().label(key_id) == ""


def test_a_revoked_secret_can_be_registered_again(subject: Subject) -> None:
    subject.add_key("sk_1", "default", ["events:write"])
    subject.revoke("sk_1")
    subject.add_key("sk_1", "default", ["events:read"])
    principal = subject.snapshot().authenticate("sk_1")
    assert principal is not None
    assert principal.scopes == {"events:read"}


def test_a_site_writes_events_and_nothing_else(subject: Subject) -> None:
    subject.add_site("AbC123", "default")
    principal = subject.snapshot().authenticate("AbC123")
    assert principal is not None
    assert principal.key_id == "site:AbC123"
    assert principal.scopes == {"events:write"}


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("owner", "profiles:write", None),
        ("analyst", "events:write", "profiles:write"),
        ("viewer", "insights:read", "events:write"),
    ],
)
def test_a_session_may_what_its_users_role_may(subject: Subject, role: str, may: Any, may_not: Any) -> None:
    secret = subject.add_session(role, "default")
    principal = subject.snapshot().authenticate(secret)
    assert principal is not None
    assert principal.key_id == f"session:the-{role}"
    assert principal.may(may)
    assert may_not is None or not principal.may(may_not)


def test_a_session_ends_after_thirty_days_in_a_snapshot_of_any_age(subject: Subject) -> None:
    secret = subject.add_session("viewer", "default")
    snapshot = subject.snapshot()
    subject.clock.advance(SESSION_LIFE / 1_000_000 - 1)
    assert snapshot.authenticate(secret) is not None
    subject.clock.advance(1)
    assert snapshot.authenticate(secret) is None
    assert subject.snapshot().authenticate(secret) is None


def test_a_workspace_is_shown_with_its_settings_and_lists(subject: Subject) -> None:
    subject.add_workspace("acme", ["currency=EUR", "klaviyo.burst=off"])
    acme = subject.snapshot().workspace("acme")
    assert acme is not None
    assert acme.settings.currency == "EUR"
    assert acme.settings.klaviyo_burst is None
    subject.add_list("acme", "94", "Newsletter")
    acme = subject.snapshot().workspace("acme")
    assert acme is not None
    assert acme.lists == {"94": "Newsletter"}
    assert subject.snapshot().workspace("nobody") is None


def test_workspaces_have_numbers_of_their_own(subject: Subject) -> None:
    subject.add_workspace("acme", [])
    subject.add_workspace("beta", [])
    numbers = {workspace.name: workspace.number for workspace in subject.snapshot().workspaces()}
    assert numbers.keys() == {"default", "acme", "beta"}
    assert len(set(numbers.values())) == 3


def test_loading_again_gives_nothing_until_something_changes(subject: Subject) -> None:
    first = subject.snapshot()
    assert subject.snapshots.load(first.version) is None
    subject.add_key("sk_1", "default", ["events:write"])
    second = subject.snapshots.load(first.version)
    assert second is not None
    assert second.version > first.version
    assert second.authenticate("sk_1") is not None
    assert subject.snapshots.load(second.version) is None


def test_metrics_are_admitted_up_to_the_limit(subject: Subject) -> None:
    admit = subject.registers.admit_metric
    assert [admit("default", f"metric {n}", 3) for n in range(5)] == [True, True, True, False, False]
    assert admit("default", "metric 1", 3), "those that are there go on"
    assert admit("default", "metric 1", 1), "even when the limit is lowered"
    assert not admit("default", "metric 7", 3)
    assert admit("default", "metric 7", None), "no limit, no refusal"


def test_metrics_of_workspaces_are_counted_apart(subject: Subject) -> None:
    subject.add_workspace("acme", [])
    assert subject.registers.admit_metric("default", "Signed Up", 1)
    assert subject.registers.admit_metric("acme", "Ordered", 1)
    assert not subject.registers.admit_metric("acme", "Signed Up", 1)


def test_an_admitted_metric_is_known_a_refused_one_is_not(subject: Subject) -> None:
    assert not subject.registers.knows_metric("default", "a")
    subject.registers.admit_metric("default", "a", 1)
    subject.registers.admit_metric("default", "b", 1)
    assert subject.registers.knows_metric("default", "a")
    assert not subject.registers.knows_metric("default", "b")
    assert not subject.registers.knows_metric("acme", "a")


def test_a_subscriber_is_known_to_its_list_only(subject: Subject) -> None:
    registers = subject.registers
    subject.add_workspace("acme", [])
    assert not registers.is_subscriber("default", "94", "ana@x.example")
    registers.subscribe("default", "94", "ana@x.example")
    registers.subscribe("default", "94", "ana@x.example")
    assert registers.is_subscriber("default", "94", "ana@x.example")
    assert registers.known_subscriber("default", "94", "ana@x.example")
    assert registers.is_subscriber("default", "94", "Ana@X.example")
    assert not registers.is_subscriber("default", "95", "ana@x.example")
    assert not registers.is_subscriber("acme", "94", "ana@x.example")
    assert not registers.is_subscriber("default", "94", "bob@x.example")
