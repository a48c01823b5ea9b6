"""What an operator changes reaches every collector within a second, without a restart."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

WITHIN = 1.0
"""Seconds, from the end of the verb to the answer of the last collector."""


@pytest.fixture
def answers(lines: Any, vendors: Any, until: Any) -> Callable[..., None]:
    """Waits for all collectors to answer the dialect's plain event with this status, for a second at most."""

    def answer(dialect: str, key: str, status: int, list_id: str = "94") -> None:
        vendor = vendors(key, list_id=list_id)[dialect]
        body = json.dumps(vendor.body).encode()
        until(lambda: lines.statuses("POST", vendor.path, vendor.headers, body) == {status}, WITHIN)

    return answer


def test_a_key_works_when_it_is_made_and_no_longer_when_it_is_revoked(answers: Any, workspace: Any) -> None:
    made = workspace.server.call("key", "create", "--workspace", workspace.name, "--scope", "events:write")
    answers("scribe", made["secret"], 202)
    workspace.server.call("key", "revoke", made["id"])
    answers("scribe", made["secret"], 401)
    answers("scribe", workspace.key, 202)


def test_a_vendors_own_key_is_taken_as_it_is(answers: Any, workspace: Any) -> None:
    secret = f"pk_live_{workspace.name}"
    answers("klaviyo", secret, 401)
    workspace.server.call("key", "create", "--workspace", workspace.name, "--scope", "events:write", "--secret", secret)
    answers("klaviyo", secret, 202)


def test_a_key_writes_only_within_its_scopes(answers: Any, workspace: Any) -> None:
    made = workspace.server.call("key", "create", "--workspace", workspace.name, "--scope", "events:read")
    for dialect in ("scribe", "klaviyo", "flywheel", "successeve", "octeth"):
        answers(dialect, made["secret"], 403)


def test_a_plan_without_event_tracking_is_told_what_to_do(
    answers: Any, lines: Any, vendors: Any, workspace: Any
) -> None:
    workspace.server.call("workspace", "set", workspace.name, "event_tracking=off")
    for dialect in ("scribe", "klaviyo", "flywheel", "successeve", "octeth"):
        answers(dialect, workspace.key, 403)
    scribe = vendors(workspace.key)["scribe"]
    line = lines.all()[0]
    line.request("POST", scribe.path, json.dumps(scribe.body), scribe.headers)
    document = json.loads(line.getresponse().read())
    assert document["remediation"]["action"] == "upgrade_plan"
    assert document["remediation"]["dashboard_url"].startswith("http")

    workspace.server.call("workspace", "set", workspace.name, "event_tracking=on")
    answers("scribe", workspace.key, 202)


def test_octeths_email_may_be_made_optional(lines: Any, vendors: Any, workspace: Any, until: Any) -> None:
    workspace.server.call("list", "create", "--workspace", workspace.name, "--name", "News", "--id", "7")
    vendor = vendors(workspace.key, list_id="7")["octeth"]
    whole, headless = json.dumps(vendor.body).encode(), json.dumps(vendor.body | {"Email": ""}).encode()
    until(lambda: lines.statuses("POST", vendor.path, vendor.headers, whole) == {200}, WITHIN)
    assert lines.statuses("POST", vendor.path, vendor.headers, headless) == {422}

    workspace.server.call("workspace", "set", workspace.name, "octeth.email=optional")
    until(lambda: lines.statuses("POST", vendor.path, vendor.headers, headless) == {200}, WITHIN)


def test_a_list_is_known_when_it_is_made(answers: Any, workspace: Any) -> None:
    answers("octeth", workspace.key, 422, "4711")
    workspace.server.call("list", "create", "--workspace", workspace.name, "--name", "Late", "--id", "4711")
    answers("octeth", workspace.key, 200, "4711")


def test_the_metric_limit_follows_the_setting(lines: Any, vendors: Any, workspace: Any, until: Any) -> None:
    workspace.server.call("workspace", "set", workspace.name, "klaviyo.metrics=1")
    vendor = vendors(workspace.key)["klaviyo"]

    def named(metric: str) -> bytes:
        body = json.loads(json.dumps(vendor.body))
        body["data"]["attributes"]["metric"]["name"] = metric
        return json.dumps(body).encode()

    until(lambda: lines.statuses("POST", vendor.path, vendor.headers, named("First")) == {202}, WITHIN)
    until(lambda: lines.statuses("POST", vendor.path, vendor.headers, named(f"At {time.time()}")) == {400}, WITHIN)
    assert lines.statuses("POST", vendor.path, vendor.headers, named("First")) == {202}
    workspace.server.call("workspace", "set", workspace.name, "klaviyo.metrics=off")
    until(lambda: lines.statuses("POST", vendor.path, vendor.headers, named("Second")) == {202}, 2 * WITHIN)
