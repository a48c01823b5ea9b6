"""`bowerbird demo` into a running server: everything is taken, processed, and counted once."""

from collections import Counter
from typing import Any

REQUESTS = 3000


def test_a_day_of_traffic_arrives_whole_and_balances(server: Any) -> None:
    done = server.call("demo", "--events", str(REQUESTS), "--seed", "11")

    assert (done["requests"], done["refused"], done["first_refusal"]) == (REQUESTS, {}, None)
    assert set(done["accepted"]) == {"scribe", "klaviyo", "flywheel", "successeve", "octeth"}
    audit = done["audit"]
    assert audit["balanced"]
    assert (audit["pending"], audit["quarantined"]) == (0, 0)
    assert audit["duplicate"] == sum(done["repeats"].values()) > 0
    assert (done["collector"], done["console"]) == (server.url, server.console)
    people = server.call("person", "find", "--workspace", "demo")["people"]
    kinds = Counter(frozenset(one["kind"] for one in person["identifiers"]) for person in people)
    assert kinds[frozenset(("user_id", "email", "anonymous_id"))] > 0
    assert kinds[frozenset(("anonymous_id",))] > 0
    (key,) = server.call("key", "list", "--workspace", "demo")["keys"]
    assert key["revoked_at"] is not None
    assert key["scopes"] == ["events:write"]


def test_the_same_people_again_leave_no_second_purchase(server: Any, tmp_path: Any) -> None:
    first = server.call("demo", "--events", "600", "--seed", "5")
    second = server.call("demo", "--events", "600", "--seed", "5")

    assert first["accepted"] == second["accepted"]
    named = second["audit"]["duplicate"] - first["audit"]["duplicate"]
    assert named > first["audit"]["duplicate"]
    assert second["audit"]["balanced"]
    assert len(server.call("list", "list", "--workspace", "demo")["lists"]) == 1


def test_a_workspace_with_limits_is_sent_to_no_faster_than_it_allows(workspace: Any) -> None:
    server, name = workspace.server, workspace.name
    server.call("workspace", "set", name, "klaviyo.burst=15", "klaviyo.steady=off")
    done = server.call("demo", "--events", "500", "--seed", "3", "--workspace", name)

    assert (done["requests"], done["refused"]) == (500, {})
    assert done["waits"] > 0
    seconds = Counter(event["received_at"][:19] for event in workspace.api.events(dialect="klaviyo"))
    assert max(seconds.values()) <= 15 + len(server.pids("collector")) - 1


def test_what_is_refused_is_said_and_fails_the_verb(workspace: Any, lines: Any, vendors: Any, until: Any) -> None:
    server, name = workspace.server, workspace.name
    server.call("workspace", "set", name, "event_tracking=off")
    scribe = vendors(workspace.key)["scribe"]
    until(lambda: lines.statuses("POST", scribe.path, scribe.headers, b"{}") == {403}, 2)

    ran = server.run("demo", "--events", "20", "--seed", "3", "--workspace", name)

    assert ran.code == 1
    assert sum(ran.document["refused"].values()) == 20
    assert ": 403 " in ran.document["first_refusal"]
