"""The set-up verbs, as their callers see them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.clock import SystemClock
from bowerbird.registry.base import Principal
from bowerbird.registry.sql import open_sqlite

Bowerbird = Callable[..., Any]


def authenticate(data: Path, secret: str) -> Principal | None:
    """As a collector would."""
    registry = open_sqlite(data, SystemClock())
    snapshot = registry.load()
    registry.close()
    assert snapshot is not None
    return snapshot.authenticate(secret)


def test_any_verb_sets_a_new_directory_up(bowerbird: Bowerbird, data: Path) -> None:
    assert bowerbird("workspace list --json").document == {
        "workspaces": [
            {
                "name": "default",
                "number": 1,
                "settings": {
                    "event_tracking": "on",
                    "currency": "USD",
                    "timezone": "UTC",
                    "klaviyo.burst": "350",
                    "klaviyo.steady": "3500",
                    "klaviyo.metrics": "200",
                    "octeth.email": "required",
                },
                "lists": {},
            }
        ]
    }
    assert (data / "registry.db").exists()


def test_a_workspace_is_made_changed_and_shown(bowerbird: Bowerbird) -> None:
    assert bowerbird("workspace create acme currency=eur --json").document["settings"]["currency"] == "EUR"
    changed = bowerbird("workspace set acme klaviyo.burst=off octeth.email=optional --json").document
    assert changed["settings"] == bowerbird("workspace show acme --json").document["settings"]
    assert changed["settings"]["klaviyo.burst"] == "off"
    assert changed["settings"]["currency"] == "EUR"
    shown = bowerbird("workspace show acme").out
    assert "klaviyo.burst" in shown
    assert "optional" in shown


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("workspace set default colour=red", "octeth.email"),
        ("workspace set default klaviyo.burst=many", "or off"),
        ("workspace set nope currency=EUR", "default"),
        ("workspace create default", "another name"),
        ("key create --scope events:writ", "events:write, events:read"),
        ("key create --workspace nope", "default"),
        ("key revoke key_none", "key list"),
        ("key label key_none Shop", "key list"),
        (f"key create --label {'x' * 101}", "shorter"),
        ("list create --name N --id x", "number"),
        ("session create --user nobody", "user list"),
        ("user create --name u --role boss", "analyst"),
        ("user password --name nobody", "user list"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(bowerbird: Bowerbird, line: str, told: str) -> None:
    human = bowerbird(line)
    assert (human.code, human.out) == (1, "")
    assert human.err.startswith("error: ")
    assert told in human.err
    machine = bowerbird(f"{line} --json")
    assert (machine.code, machine.out) == (1, "")
    assert told in machine.err
    assert machine.err.startswith("{")


def test_a_key_is_made_listed_and_revoked(bowerbird: Bowerbird, data: Path) -> None:
    bowerbird("workspace create acme")
    made = bowerbird(
        "key create --workspace acme --scope events:write,events:read --scope metrics:read --json"
    ).document
    assert list(made) == ["id", "workspace", "secret", "scopes"]
    assert made["scopes"] == ["events:write", "events:read", "metrics:read"]
    principal = authenticate(data, made["secret"])
    assert principal is not None
    assert (principal.workspace.name, principal.key_id) == ("acme", made["id"])

    listed = bowerbird("key list --json")
    assert [key["id"] for key in listed.document["keys"]] == [made["id"]]
    assert made["secret"] not in listed.out
    assert bowerbird("key list --workspace default --json").document == {"keys": []}

    assert bowerbird(f"key revoke {made['id']} --json").document == {"id": made["id"], "revoked": True}
    assert authenticate(data, made["secret"]) is None
    assert bowerbird("key list --json").document["keys"][0]["revoked_at"].endswith("Z")


def test_a_key_has_a_label_that_changes(bowerbird: Bowerbird) -> None:
    made = bowerbird(("key", "create", "--label", "Shop, live", "--json")).document
    assert made["label"] == "Shop, live"
    assert "Shop, live" in bowerbird("key list").out
    called = bowerbird(f"key label {made['id']} Till")
    assert called.out == f"key {made['id']} is called Till\n"
    assert [key["label"] for key in bowerbird("key list --json").document["keys"]] == ["Till"]
    assert bowerbird(("key", "label", made["id"], "")).out == f"key {made['id']} has no label\n"
    assert bowerbird(("key", "label", made["id"], "", "--json")).document == {"id": made["id"], "label": ""}
    assert "key     Till (key_" in bowerbird("key create --label Till").out


def test_a_key_may_write_events_unless_told_otherwise(bowerbird: Bowerbird) -> None:
    made = bowerbird("key create --json").document
    assert (made["workspace"], made["scopes"]) == ("default", ["events:write"])


def test_an_existing_secret_is_registered_as_it_is(bowerbird: Bowerbird, data: Path) -> None:
    assert bowerbird("key create --secret pk_live_1 --json").document["secret"] == "pk_live_1"
    assert authenticate(data, "pk_live_1") is not None
    assert bowerbird("key create --secret - --json", stdin="pk_live_2\n").document["secret"] == "pk_live_2"
    assert authenticate(data, "pk_live_2") is not None
    again = bowerbird("key create --secret pk_live_1")
    assert again.code == 1
    assert "already" in again.err


def test_a_new_secret_is_shown_to_people_once(bowerbird: Bowerbird) -> None:
    assert "bb_" in bowerbird("key create").out
    assert "bb_" not in bowerbird("key list").out


def test_lists_are_made_and_shown(bowerbird: Bowerbird) -> None:
    assert bowerbird("list create --workspace default --name Newsletter --id 94 --json").document == {
        "id": "94",
        "workspace": "default",
        "name": "Newsletter",
    }
    assert bowerbird(("list", "create", "--name", "Black Friday", "--json")).document["id"] == "95"
    assert [one["id"] for one in bowerbird("list list --json").document["lists"]] == ["94", "95"]
    assert "Black Friday" in bowerbird("list list --workspace default").out


def test_sites_are_made_and_shown(bowerbird: Bowerbird, data: Path) -> None:
    made = bowerbird("site create --name www.acme.example --json").document
    principal = authenticate(data, made["id"])
    assert principal is not None
    assert principal.scopes == {"events:write"}
    assert bowerbird("site create --id AbC123 --json").document["id"] == "AbC123"
    assert [site["id"] for site in bowerbird("site list --json").document["sites"]] == [made["id"], "AbC123"]
    assert bowerbird("site remove AbC123 --json").document == {"id": "AbC123"}
    assert authenticate(data, "AbC123") is None
    assert bowerbird("site remove AbC123").code == 1
    assert bowerbird("site create --id AbC123").code == 0


def test_users_get_a_password_shown_once_or_their_own(bowerbird: Bowerbird) -> None:
    made = bowerbird("user create --name ana --json").document
    assert made.keys() == {"name", "workspace", "role", "password"}
    own = bowerbird("user create --name bob --password secret --role viewer --json").document
    assert own == {"name": "bob", "workspace": "default", "role": "viewer"}
    listed = bowerbird("user list")
    assert "ana" in listed.out
    assert made["password"] not in listed.out
    assert bowerbird("user password --name bob --password - --json", stdin="new\n").document == {"name": "bob"}
    assert "password" in bowerbird("user password --name bob").out


def test_users_get_another_role_and_go(bowerbird: Bowerbird, data: Path) -> None:
    bowerbird("user create --name ana --role owner")
    bowerbird("user create --name bob --role viewer")
    session = bowerbird("session create --user bob --json").document["session_id"]
    assert not authenticate(data, session).may("events:write")  # type: ignore[union-attr]
    assert bowerbird("user role --name bob --role analyst --json").document == {"name": "bob", "role": "analyst"}
    assert authenticate(data, session).may("events:write")  # type: ignore[union-attr]
    assert bowerbird("user role --name bob --role king").code == 1
    assert bowerbird("user remove --name bob --json").document == {"name": "bob"}
    assert authenticate(data, session) is None
    assert [user["name"] for user in bowerbird("user list --json").document["users"]] == ["ana"]
    last = bowerbird("user remove --name ana")
    assert (last.code, "only owner" in last.err) == (1, True)


def test_a_session_speaks_for_its_user(bowerbird: Bowerbird, data: Path) -> None:
    bowerbird("user create --name ana --role analyst")
    made = bowerbird("session create --user ana --json").document
    principal = authenticate(data, made["session_id"])
    assert principal is not None
    assert principal.key_id == "session:ana"
    assert principal.may("events:write")


@pytest.mark.parametrize("verb", ["key", "list", "site", "user"])
def test_where_nothing_is_yet_the_next_step_is_told(bowerbird: Bowerbird, verb: str) -> None:
    assert f"bowerbird {verb} create" in bowerbird(f"{verb} list").out


def test_names_are_shown_as_they_are(bowerbird: Bowerbird) -> None:
    bowerbird(("list", "create", "--name", "[red]Sale[/red] & more"))
    assert "[red]Sale[/red] & more" in bowerbird("list list").out
