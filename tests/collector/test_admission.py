"""Who is let in, in which order the questions are asked, and what a refusal costs."""

import time
from typing import Any

from bowerbird.collector.dialects.base import Throttle
from bowerbird.registry.base import WorkspaceSettings

BROKEN = b'{"name":'
GENEROUS = Throttle(1000, 5000)


def test_a_request_without_credentials_is_told_so(collector: Any) -> None:
    assert collector.reason({"name": "a"}, authorization="") == "credentials_missing"


def test_an_unknown_key_is_refused(collector: Any) -> None:
    assert collector.reason({"name": "a"}, authorization="nobody's") == "credentials_invalid"


def test_a_key_without_the_scope_is_refused(collector: Any) -> None:
    collector.registry.add_key("reader", scopes=("events:read",))
    wait_for(lambda: collector.reason({"name": "a"}, authorization="reader") == "scope_missing")
    assert names(collector, "reader").status_code == 202


def test_an_admin_key_may_do_everything(collector: Any) -> None:
    collector.registry.add_key("root", scopes=("admin",))
    wait_for(lambda: collector.post({"name": "a"}, authorization="root").status_code == 202)
    assert names(collector, "root").status_code == 202


def test_a_plan_without_tracking_takes_no_events_and_lets_them_be_read(serve: Any) -> None:
    collector = serve(settings=WorkspaceSettings(event_tracking=False))
    assert collector.reason({"name": "a"}) == "tracking_off"
    assert names(collector, "parrot-key").status_code == 202
    assert collector.logged() == []


def test_the_caller_is_judged_before_the_body(collector: Any) -> None:
    assert collector.reason(BROKEN, authorization="nobody's") == "credentials_invalid"
    assert collector.reason(BROKEN) == "json_malformed"


def test_a_full_window_refuses_and_says_for_how_long(serve: Any) -> None:
    collector = serve(throttle=Throttle(None, 2))
    first, second, third = (collector.post({"name": "a"}) for _ in range(3))
    assert first.json()["quota"]["remaining"] == 1
    assert second.json()["quota"] == {"limit": 2, "remaining": 0, "reset": second.json()["quota"]["reset"]}
    assert 1 <= second.json()["quota"]["reset"] <= 60
    assert third.json()["reason"] == "throttled"
    assert 0 < third.json()["retry_after"] <= 60
    assert third.json()["quota"] is None
    assert len(collector.logged()) == 2


def test_only_who_is_let_in_counts_against_the_limit(serve: Any) -> None:
    collector = serve(throttle=GENEROUS)
    collector.registry.add_key("reader", scopes=("events:read",))
    wait_for(lambda: collector.reason({"name": "a"}, authorization="reader") == "scope_missing")
    collector.reason({"name": "a"}, authorization="nobody's")
    assert collector.post({"name": "a"}).json()["quota"]["remaining"] == 4999


def test_a_body_that_is_refused_has_counted(serve: Any) -> None:
    collector = serve(throttle=GENEROUS)
    assert collector.post(BROKEN).json()["quota"]["remaining"] == 4999


def test_a_new_key_works_and_a_revoked_one_does_not_within_a_second(serve: Any) -> None:
    collector = serve()
    assert collector.reason({"name": "a"}, authorization="later") == "credentials_invalid"
    collector.registry.add_key("later")
    wait_for(lambda: collector.post({"name": "a"}, authorization="later").status_code == 202)
    collector.registry.revoke("later")
    wait_for(lambda: collector.post({"name": "a"}, authorization="later").status_code == 499)


def names(collector: Any, key: str) -> Any:
    return collector.client.get("/parrot/names?list=94", headers={"authorization": key})


def wait_for(happens: Any) -> None:
    until = time.monotonic() + 1
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.01)
