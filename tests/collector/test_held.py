"""What large bodies may take up, alone and together."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bowerbird.collector import held
from bowerbird.collector.dialects.base import AT_ONCE, Request, Route
from bowerbird.collector.held import Held, Hold
from bowerbird.refusals import Reason, Refused

LARGE = b'{"name":"large","text":"%s"}' % (b"x" * 150_000)
MOST_OF_IT = 140_000

Unfinished = Callable[[str], contextlib.AbstractContextManager[socket.socket]]


def fits(counted: Held, owner: int | None, size: int) -> bool:
    with Hold(counted, owner) as hold:
        try:
            hold.resize(size)
        except Refused as refused:
            return refused.reason is not Reason.UNAVAILABLE
    return True


def test_an_owner_has_its_share_and_others_have_theirs() -> None:
    counted = Held()
    with Hold(counted, 1) as first:
        first.resize(held.SHARE - 100_000)
        assert fits(counted, 1, 100_000)
        assert not fits(counted, 1, 100_001)
        assert fits(counted, 2, held.SHARE)
        assert fits(counted, None, held.SHARE)
    assert fits(counted, 1, held.SHARE)


def test_all_owners_together_have_a_bound() -> None:
    counted = Held()
    with contextlib.ExitStack() as stack:
        for owner in range(held.MOST // held.SHARE):
            stack.enter_context(Hold(counted, owner)).resize(held.SHARE)
        assert not fits(counted, 99, 100_000)
        assert fits(counted, 99, AT_ONCE)
    assert fits(counted, 99, 100_000)


def test_a_body_that_is_alone_is_taken_however_large() -> None:
    counted = Held()
    assert fits(counted, 1, 2 * held.MOST)
    with Hold(counted, 1) as hold:
        hold.resize(AT_ONCE)
        assert fits(counted, 1, 2 * held.MOST)


def test_what_grows_or_shrinks_is_counted_once() -> None:
    counted = Held()
    with Hold(counted, 1) as hold:
        for size in (100_000, held.SHARE, 100_000, held.SHARE - 100_000):
            hold.resize(size)
        assert fits(counted, 1, 100_000)
        hold.resize(AT_ONCE)
        assert fits(counted, 1, held.SHARE)


def test_who_is_known_no_longer_takes_from_strangers() -> None:
    counted = Held()
    with Hold(counted, None) as hold:
        hold.resize(held.SHARE)
        assert not fits(counted, None, 100_000)
        hold.pass_to(1)
        assert fits(counted, None, held.SHARE)
        assert not fits(counted, 1, 100_000)
    with Hold(counted, 1) as full, Hold(counted, None) as late:
        full.resize(held.SHARE)
        late.resize(100_000)
        with pytest.raises(Refused):
            late.pass_to(1)
        assert fits(counted, None, held.SHARE)
    assert fits(counted, 1, held.SHARE)


class Inside:
    """The parrot, but nobody is known by the head alone."""

    name = "inside"
    routes = (Route("POST", "/inside/events", "event"),)
    prefixes = ("/inside/",)

    def __init__(self, parrot: Any) -> None:
        self.parrot = parrot

    def __getattr__(self, name: str) -> Any:
        return getattr(self.parrot, name)

    def secret_in_head(self, request: Request) -> None: ...


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch, serve: Any, parrot: Any) -> Any:
    """A collector that holds one large body of each owner, and a little more."""
    monkeypatch.setattr(held, "SHARE", 200_000)
    return serve(dialects=(parrot, Inside(parrot)), body_limit=1_000_000)


@pytest.fixture
def unfinished(monkeypatch: pytest.MonkeyPatch, narrow: Any) -> Unfinished:
    taken: list[int] = []
    take = Held.take

    def noted(counted: Held, owner: int | None, size: int) -> None:
        take(counted, owner, size)
        taken.append(size)

    monkeypatch.setattr(Held, "take", noted)

    @contextlib.contextmanager
    def begin(path: str) -> Iterator[socket.socket]:
        """A large request that has not all arrived, and is held."""
        taken.clear()
        with narrow.connect() as raw:
            raw.sendall(narrow.head(path, content_length=len(LARGE)) + LARGE[:MOST_OF_IT])
            wait_for(lambda: MOST_OF_IT in taken)
            yield raw

    return begin


def told(collector: Any, path: str) -> str | None:
    answer = collector.post(LARGE, path)
    return None if answer.status_code == 202 else answer.json()["reason"]


def wait_for(happens: Any) -> None:
    until = time.monotonic() + 10
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_more_than_may_be_held_is_refused_until_there_is_room(narrow: Any, unfinished: Unfinished) -> None:
    with unfinished("/parrot/events") as raw:
        answer = narrow.post(LARGE)
        assert answer.json() == {"reason": "unavailable", "retry_after": 1.0, "quota": None}
        raw.sendall(LARGE[MOST_OF_IT:])
        assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")
    assert [narrow.post(LARGE).status_code for _ in range(3)] == [202] * 3


def test_small_ones_are_taken_whatever_is_held(narrow: Any, unfinished: Unfinished) -> None:
    with unfinished("/parrot/events"), unfinished("/inside/events"):
        for path in ("/parrot/events", "/inside/events"):
            assert narrow.post({"name": "short way"}, path).status_code == 202
            assert narrow.post({"name": "ordinary way"}, path, X_Forwarded_For="10.0.0.1").status_code == 202
            assert narrow.post({"name": "x" * 60_000}, path, X_Forwarded_For="10.0.0.1").status_code == 202


def test_strangers_keep_nobody_out_who_is_known(narrow: Any, unfinished: Unfinished) -> None:
    with unfinished("/inside/events"):
        assert narrow.post(LARGE).status_code == 202


def test_what_is_held_is_given_back_however_it_ends(narrow: Any, unfinished: Unfinished) -> None:
    for path in ("/parrot/events", "/inside/events"):
        with unfinished(path):
            pass  # hangs up
        wait_for(lambda path=path: told(narrow, path) is None)
        for _ in range(3):
            assert narrow.reason(b"[" + LARGE, path) == "json_malformed"
            assert narrow.reason({"break": "x" * 150_000}, path) == "internal"
            assert narrow.reason(b"x" * 2_000_000, path) == "body_too_large"
        assert told(narrow, path) is None


def test_bodies_that_wait_to_be_parsed_are_held(narrow: Any, parrot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    parsing, go_on, parse = threading.Event(), threading.Event(), parrot.parse

    def slowly(call: Any, principal: Any) -> Any:
        parsing.set()
        go_on.wait(10)
        return parse(call, principal)

    monkeypatch.setattr(parrot, "parse", slowly)
    with narrow.connect() as raw:
        raw.sendall(narrow.head(content_length=len(LARGE)) + LARGE)
        assert parsing.wait(10)
        assert narrow.reason(LARGE) == "unavailable"
        go_on.set()
        assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")
