"""What every store of refusals keeps to: `RefusalLog` and `RefusalReader`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from bowerbird.refusallog.base import KEPT_OF_A_KEY, BrokenRule, Refusal, RefusalQuery
from bowerbird.refusallog.memory import MemoryRefusals
from bowerbird.refusallog.sqlite import SqliteRefusals
from bowerbird.refusals import Reason

EVERYWHERE = RefusalQuery(None)


@pytest.fixture(params=["memory", "sqlite"])
def log(request: Any, tmp_path: Path) -> Iterator[Any]:
    opened = MemoryRefusals() if request.param == "memory" else SqliteRefusals(tmp_path / "refusals.db")
    yield opened
    opened.close()


def refusal(at: int, key_id: str | None = "key_1", workspace: str | None = "default", **fields: Any) -> Refusal:
    usual: dict[str, Any] = {
        "secret_hint": None,
        "secret_hash": None,
        "dialect": "scribe",
        "method": "POST",
        "path": "/v1/analytics/events",
        "reason": Reason.INVALID,
        "status": 422,
        "message": "",
        "issues": (BrokenRule("event.name", "blank", "Name can't be blank."),),
        "client_ip": "127.0.0.1",
        "size": 17,
    }
    if key_id is None:
        workspace = None
    return Refusal(at=at, workspace=workspace, key_id=key_id, **(usual | fields))


def times(log: Any, query: RefusalQuery = EVERYWHERE) -> list[int]:
    return [one.at for one in log.recent(query)]


def test_a_refusal_comes_back_as_it_was(log: Any) -> None:
    issues = (BrokenRule("a.\x00'; DROP TABLE refusals; --", "blank", "naïve ✓"), BrokenRule("", "", ""))
    whole = refusal(
        7, None, secret_hint="sk_l…", secret_hash="9f", dialect=None, issues=issues, client_ip=None, size=None,
        times=3, left_out=4, message="m",
    )  # fmt: skip
    log.keep([whole])
    (found,) = log.recent(EVERYWHERE)
    assert found.number > 0
    assert structs.replace(found, number=0) == whole


def test_the_newest_come_first_whenever_they_were_kept(log: Any) -> None:
    log.keep([refusal(3), refusal(5)])
    log.keep([refusal(4), refusal(5, "key_2")])
    assert times(log) == [5, 5, 4, 3]
    assert [one.key_id for one in log.recent(EVERYWHERE)][:2] == ["key_2", "key_1"]


def test_nothing_was_refused(log: Any) -> None:
    log.keep([])
    assert log.recent(EVERYWHERE) == []


def test_a_workspace_sees_its_own_and_unknown_keys_only_where_asked(log: Any) -> None:
    log.keep([refusal(1), refusal(2, "key_2", "acme"), refusal(3, None, secret_hash="9f")])
    assert times(log, RefusalQuery(("acme",))) == [2]
    assert times(log, RefusalQuery(("default", ""))) == [3, 1]
    assert times(log, RefusalQuery(("",))) == [3]
    assert times(log, RefusalQuery(("nowhere",))) == []
    assert times(log, RefusalQuery(())) == []
    assert times(log) == [3, 2, 1]


def test_filters(log: Any) -> None:
    log.keep([
        refusal(1),
        refusal(2, "key_2", dialect="klaviyo"),
        refusal(3, None, secret_hash="9f", reason=Reason.CREDENTIALS_INVALID),
        refusal(4, reason=Reason.THROTTLED),
    ])  # fmt: skip
    assert times(log, RefusalQuery(None, key="key_1")) == [4, 1]
    assert times(log, RefusalQuery(None, key="9f")) == [3]
    assert times(log, RefusalQuery(None, dialect="klaviyo")) == [2]
    assert times(log, RefusalQuery(None, reason="throttled")) == [4]
    assert times(log, RefusalQuery(None, key="key_1", reason="throttled", dialect="scribe")) == [4]
    assert times(log, RefusalQuery(None, key="' OR 1=1 --")) == []


def test_of_each_key_the_latest_stay(log: Any) -> None:
    log.keep([refusal(at) for at in range(KEPT_OF_A_KEY)])
    log.keep([refusal(1, "key_2"), refusal(1, "key_1", "acme")])
    log.keep([refusal(at) for at in range(1000, 1005)])
    assert times(log, RefusalQuery(("default",), key="key_1", limit=1000)) == [
        *range(1004, 999, -1),
        *range(KEPT_OF_A_KEY - 1, 4, -1),
    ]
    assert times(log, RefusalQuery(None, key="key_2")) == [1]
    assert times(log, RefusalQuery(("acme",))) == [1]


def test_all_unknown_keys_share_one_place(log: Any) -> None:
    log.keep([refusal(at, None, secret_hash=f"hash-{at}") for at in range(3 * KEPT_OF_A_KEY)])
    log.keep([refusal(0)])
    found = times(log, RefusalQuery(("",), limit=1000))
    assert found == [*range(3 * KEPT_OF_A_KEY - 1, 2 * KEPT_OF_A_KEY - 1, -1)]
    assert times(log, RefusalQuery(("default",))) == [0]


def test_old_ones_expire(log: Any) -> None:
    log.keep([refusal(at) for at in (1, 2, 3)])
    log.expire(2)
    assert times(log) == [3, 2]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 7))
def test_pages_join_without_gap_or_overlap(log: Any, moments: list[int], limit: int) -> None:
    log.expire(1000)
    log.keep([refusal(at, f"key_{number % 3}") for number, at in enumerate(moments)])
    whole = log.recent(EVERYWHERE)
    paged: list[Refusal] = []
    before = None
    while page := log.recent(RefusalQuery(None, limit=limit, before=before)):
        assert len(page) <= limit
        paged += page
        before = paged[-1].at, paged[-1].number
    assert paged == whole
    assert sorted(moments, reverse=True) == [one.at for one in whole]
