"""What the collector notes of refused requests: all of it, bounded, and none of what must not be kept."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bowerbird.collector.notes import MOST_OF_A_KEY
from bowerbird.errors import BowerbirdError
from bowerbird.refusallog.base import KEPT_OF_A_KEY, BrokenRule, Refusal, RefusalQuery
from bowerbird.refusallog.memory import MemoryRefusals
from bowerbird.refusals import Issue, Reason, Refused
from bowerbird.registry.base import WorkspaceSettings

NOBODYS = "sk_live_51H8x2nobody"


class Kept(MemoryRefusals):
    """Refusals that say when they have been written."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.written = threading.Event()
        self.closed = False
        self.expired: list[int] = []

    def keep(self, refusals: Any) -> None:
        super().keep(refusals)
        self.batches.append(len(refusals))
        self.written.set()

    def expire(self, before: int) -> None:
        self.expired.append(before)

    def all(self) -> list[Refusal]:
        """Of the refusals so far, once they are written: newest first."""
        assert self.written.wait(5)
        return self.recent(RefusalQuery(None, limit=1000))

    def close(self) -> None:
        self.closed = True


class Broken(Kept):
    """Takes nothing until it is mended."""

    mended = False

    def keep(self, refusals: Any) -> None:
        if not self.mended:
            self.batches.append(-1)
            raise BowerbirdError("refusals.db cannot be used", "")
        super().keep(refusals)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def noting(serve: Any, kept: Kept) -> Any:
    return serve(refusals=kept)


def test_a_broken_rule(noting: Any, kept: Kept) -> None:
    noting.reason({"email": "ann@example.com"}, "/parrot/events?secret=in-the-query")
    (one,) = kept.all()
    assert (one.workspace, one.key_id, one.secret_hint, one.secret_hash) == ("default", "key_memory", None, None)
    assert (one.dialect, one.method, one.path) == ("parrot", "POST", "/parrot/events")
    assert (one.reason, one.status, one.client_ip) == ("invalid", 499, "127.0.0.1")
    assert one.issues == (BrokenRule("name", "blank", "Name can't be blank."),)
    assert one.size == len(b'{"email":"ann@example.com"}')
    assert (one.times, one.left_out) == (1, 0)


def test_an_unknown_secret_is_masked_wherever_it_stands(noting: Any, kept: Kept) -> None:
    for path in (f"/parrot/{NOBODYS}/x", "/parrot/events"):
        noting.post({"name": "x"}, path, authorization=NOBODYS)
    noting.post({"name": "x"}, authorization="short")
    by_path = {(one.path, one.secret_hint): one for one in kept.all()}
    assert by_path.keys() == {("/parrot/sk_l…/x", "sk_l…"), ("/parrot/events", "sk_l…"), ("/parrot/events", "…")}
    hashes = [one.secret_hash for one in by_path.values()]
    assert len(set(hashes)) == 2
    assert {one.workspace for one in by_path.values()} == {None}
    assert NOBODYS not in repr(by_path)


Send = Callable[[Any], httpx.Response]
WAYS: dict[str, tuple[Send, str, str | None]] = {
    "another path": (lambda at: at.post({}, "/parrot/nowhere"), "not_found", "key_memory"),
    "another method": (
        lambda at: at.client.put("/parrot/events", headers={"authorization": "parrot-key"}),
        "method_not_allowed",
        "key_memory",
    ),
    "nobody's path": (lambda at: at.post({}, "/elsewhere"), "not_found", None),
    "no key": (lambda at: at.client.post("/parrot/events", json={}), "credentials_missing", None),
    "too large": (lambda at: at.post(b"x" * 200_000), "body_too_large", "key_memory"),
    "no JSON": (lambda at: at.post(b"{"), "json_malformed", "key_memory"),
    "a large one without JSON": (lambda at: at.post(b"x" * 90_000), "json_malformed", "key_memory"),
    "a fault": (lambda at: at.post({"break": 1}), "internal", "key_memory"),
}


@pytest.mark.parametrize(("send", "reason", "key_id"), WAYS.values(), ids=WAYS.keys())
def test_each_way_to_be_refused(noting: Any, kept: Kept, send: Send, reason: str, key_id: str | None) -> None:
    answer = send(noting)
    assert answer.status_code >= 400
    found = [one for one in kept.all() if one.reason == reason]
    assert [(one.key_id, one.status) for one in found] == [(key_id, answer.status_code)]
    if reason == "internal":
        assert found[0].message == f"fault {answer.headers['x-fault-id']}"
        assert "secret detail" not in repr(found)


def test_what_a_workspace_may_not_do_is_noted_as_its_own(serve: Any, kept: Kept) -> None:
    off = serve(settings=WorkspaceSettings(event_tracking=False), refusals=kept)
    assert off.reason({"name": "x"}) == "tracking_off"
    assert [(one.reason, one.workspace) for one in kept.all()] == [("tracking_off", "default")]


def test_a_success_and_a_look_around_leave_no_note(noting: Any, kept: Kept) -> None:
    assert noting.post({"name": "x"}).status_code == 202
    assert noting.client.get("/favicon.ico").status_code == 404
    assert noting.client.options("/parrot/events").status_code == 204
    noting.reason({})
    assert len(kept.all()) == 1


def test_equal_refusals_are_one_row_and_others_are_counted(noting: Any, kept: Kept) -> None:
    for _ in range(30):
        noting.reason({})
    for number in range(2 * MOST_OF_A_KEY):
        noting.post({}, f"/parrot/{number}")
    assert kept.written.wait(5)
    noting.stop()
    found = kept.recent(RefusalQuery(None, limit=1000))
    assert max(kept.batches) <= MOST_OF_A_KEY
    assert sum(one.times + one.left_out for one in found) == 30 + 2 * MOST_OF_A_KEY
    assert sum(one.times for one in found if one.reason == "invalid") == 30
    assert len([one for one in found if one.reason == "invalid"]) < 30


def test_a_flood_of_unknown_keys_writes_little(noting: Any, kept: Kept) -> None:
    start = time.monotonic()
    for number in range(1500):
        noting.post({}, authorization=f"{NOBODYS}-{number}")
    seconds = time.monotonic() - start
    noting.stop()
    assert len(kept.batches) <= seconds / 0.5 + 2
    assert max(kept.batches) <= MOST_OF_A_KEY
    assert len(kept.recent(RefusalQuery(None, limit=1000))) <= KEPT_OF_A_KEY


def test_what_was_noted_is_written_at_the_end(noting: Any, kept: Kept) -> None:
    noting.reason({})
    noting.stop()
    assert kept.closed
    assert [one.reason for one in kept.all()] == ["invalid"]


def test_old_ones_go_from_the_start_on(noting: Any, kept: Kept) -> None:
    noting.reason({})
    assert len(kept.expired) == 1
    assert 29 * 86_400 < kept.all()[0].at / 1_000_000 - kept.expired[0] / 1_000_000 < 31 * 86_400


def test_a_store_that_breaks_changes_no_answer_and_is_told_once(serve: Any, caplog: Any) -> None:
    broken = Broken()
    with caplog.at_level(logging.ERROR):
        noting = serve(refusals=broken)
        for tries in (1, 2):
            assert noting.reason({}) == "invalid"
            wait_for(broken.batches, tries)
    assert [record.message for record in caplog.records] == ["The latest refusals could not be kept"]
    broken.mended = True
    assert noting.reason({}) == "invalid"
    assert len(broken.all()) == 1


def wait_for(batches: list[int], count: int) -> None:
    deadline = time.monotonic() + 5
    while len(batches) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("field", ["f" * 90_000, "\U0001f600" * 400])
def test_what_is_kept_of_a_request_is_bounded(serve: Any, kept: Kept, parrot: Any, field: str) -> None:
    class Wordy:
        def __getattr__(self, name: str) -> Any:
            return getattr(parrot, name)

        def parse(self, call: Any, principal: Any) -> Any:
            issue = Issue(field, field, field)
            raise Refused(Reason.INVALID, field, issues=(issue,) * 100)

    serve(refusals=kept, dialects=(Wordy(),)).reason({"name": "x"})
    (one,) = kept.all()
    assert len(repr(one)) < 25_000
    assert one.issues[0].field == field[:300]
