"""`bowerbird refusals`, as an operator types it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.console.control import announce
from bowerbird.refusallog.base import BrokenRule, Refusal
from bowerbird.refusals import Reason


@pytest.fixture
def asked(house: Any, data: Path, control_secret: str) -> Any:
    """The house, found through its data directory."""
    data.mkdir()
    announce(data, house.url)
    (data / "engine.token").write_text(control_secret)
    return house


def refusal(at: int, **fields: Any) -> Refusal:
    usual: dict[str, Any] = {
        "workspace": "default",
        "key_id": "key_1",
        "secret_hint": None,
        "secret_hash": None,
        "dialect": "scribe",
        "method": "POST",
        "path": "/v1/analytics/events",
        "reason": Reason.INVALID,
        "status": 422,
        "message": "",
        "issues": (BrokenRule("event.name", "blank", "Name can't be blank."), BrokenRule("", "odd", "")),
        "client_ip": None,
        "size": None,
    }
    return Refusal(at=at, **(usual | fields))


def test_it_says_who_was_refused_and_why(asked: Any, bowerbird: Callable[..., Any]) -> None:
    unknown = {"workspace": None, "key_id": None, "secret_hint": "sk_l…", "secret_hash": "9f", "issues": ()}
    asked.refusals.keep([
        refusal(1_790_000_000_000_000, left_out=7),
        refusal(1_790_000_001_000_000, **unknown, reason=Reason.CREDENTIALS_INVALID, status=401, times=37),
        refusal(1_790_000_002_000_000, issues=(), message="fault 4f", reason=Reason.INTERNAL, status=500),
    ])  # fmt: skip
    lines = [" ".join(line.split()) for line in bowerbird("refusals").out.splitlines()]
    assert lines[0] == "refused key request status reason why times"
    assert lines[2:] == [
        "2026-09-21T14:13:22Z key_1 POST /v1/analytics/events 500 internal fault 4f 1",
        "2026-09-21T14:13:21Z sk_l… (9f) POST /v1/analytics/events 401 credentials_invalid"
        " unknown, revoked or expired 37",
        "2026-09-21T14:13:20Z key_1 POST /v1/analytics/events 422 invalid"
        " event.name: Name can't be blank.; odd 1 and 7 others",
    ]


def test_a_key_with_a_label_is_called_by_it(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.registry.label("key_1", "Shop")
    asked.refusals.keep([refusal(1_790_000_000_000_000)])
    assert "Shop (key_1)" in bowerbird("refusals").out


def test_filters_and_pages(asked: Any, bowerbird: Callable[..., Any]) -> None:
    asked.refusals.keep([refusal(at, key_id=f"key_{at % 2}") for at in range(4)])
    page = bowerbird("refusals --key key_1 --limit 1 --json").document
    assert len(page["refusals"]) == 1
    rest = bowerbird(f"refusals --key key_1 --cursor {page['next']} --json").document
    assert (len(rest["refusals"]), rest["next"]) == (1, None)
    assert "--cursor" in bowerbird("refusals --limit 1").err
    assert bowerbird("refusals --reason whim").code == 1
    assert bowerbird("refusals --dialect octeth --json").document["refusals"] == []


def test_nothing_was_refused(asked: Any, bowerbird: Callable[..., Any]) -> None:
    told = bowerbird("refusals")
    assert (told.code, "bowerbird trace" in told.out) == (0, True)
