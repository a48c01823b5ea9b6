"""The way of one request: what is logged, what is looked up, and in which order that leads to an answer."""

import asyncio
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bowerbird.clock import FixedClock, SystemClock
from bowerbird.collector import lookups
from bowerbird.collector.dialects.base import AT_ONCE
from bowerbird.collector.dialects.successeve import Successeve
from bowerbird.errors import BowerbirdError, LogUnavailableError
from bowerbird.registry.base import WorkspaceSettings
from bowerbird.registry.memory import MemoryRegistry

ANN = "ann@example.com"


class Gate:
    """A log that lets an append through when it is told to."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()

    async def append(self, events: Any) -> None:
        self.reached.set()
        await asyncio.to_thread(self.open.wait, 5)

    async def close(self) -> None:
        self.open.set()


class FullDisk:
    """A log that takes nothing until there is room."""

    room = False

    async def append(self, events: Any) -> None:
        if events and not self.room:
            raise LogUnavailableError("no space left", "Make room on the disk.")

    async def close(self) -> None: ...


class Slow:
    """A dialect that takes its time over a large body, until it may go on."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.parsing = threading.Event()
        self.go_on = threading.Event()
        self.busy = self.most = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def parse(self, call: Any, principal: Any) -> Any:
        if len(call.request.body) > AT_ONCE:
            self.busy += 1
            self.most = max(self.most, self.busy)
            self.parsing.set()
            self.go_on.wait(5)
            self.busy -= 1
        return self.inner.parse(call, principal)


class Registers:
    """Registers that break where they are told to."""

    def __init__(self, *broken: str) -> None:
        self.broken = broken
        self.threads: list[threading.Thread] = []
        self.subscribed: list[tuple[str, str, str]] = []

    def knows_metric(self, workspace: str, name: str) -> bool:
        self.loop = threading.current_thread()
        return name == "known"

    def admit_metric(self, workspace: str, name: str, limit: int | None) -> bool:
        self._ask("admit_metric")
        return True

    def known_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        return email == "known@example.com"

    def is_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        self._ask("is_subscriber")
        return False

    def subscribe(self, workspace: str, list_id: str, email: str) -> None:
        self._ask("subscribe")
        self.subscribed.append((workspace, list_id, email))

    def _ask(self, method: str) -> None:
        self.threads.append(threading.current_thread())
        if method in self.broken:
            raise OSError("the registry is locked")


def test_logs_what_was_sent_and_says_so(serve: Any) -> None:
    collector = serve(clock=FixedClock(1_750_000_000_123_456))
    answer = collector.post({"name": "signup", "plan": "pro", "seats": 2**64})
    (event,) = collector.logged()
    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/x-parrot"
    assert answer.json()["event_id"] == event.event_id
    assert (event.workspace, event.key_id, event.received_at) == ("default", "key_memory", 1_750_000_000_123_456)
    assert event.properties == {"name": "signup", "plan": "pro", "seats": "18446744073709551616"}
    assert event.context == {"ip": "127.0.0.1"}


def test_reads_the_query(collector: Any) -> None:
    query = "name=caf%C3%A9+noir&empty=&twice=1&twice=2"
    answer = collector.client.get(f"/parrot/events?{query}", headers={"authorization": "parrot-key"})
    assert answer.status_code == 202
    assert collector.logged("café noir")[0].properties == {
        "name": "café noir", "empty": "", "twice": "2",
    }  # fmt: skip


def test_answers_after_the_event_is_durable_and_not_before(serve: Any) -> None:
    log = Gate()
    collector = serve(log=log)
    with collector.connect() as raw:
        body = b'{"name":"a"}'
        raw.sendall(collector.head(content_length=len(body)) + body)
        assert log.reached.wait(5)
        raw.settimeout(0.2)
        with pytest.raises(TimeoutError):
            raw.recv(1)
        raw.settimeout(5)
        log.open.set()
        assert raw.recv(1000).startswith(b"HTTP/1.1 202 ")


def test_what_the_log_does_not_take_is_refused_and_may_be_sent_again(
    serve: Any, caplog: pytest.LogCaptureFixture
) -> None:
    log = FullDisk()
    collector = serve(log=log)
    for _ in range(3):
        told = collector.post({"name": "a"}).json()
        assert (told["reason"], told["retry_after"]) == ("unavailable", 1)
    log.room = True
    assert collector.post({"name": "a"}).status_code == 202
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "Make room on the disk." in caplog.records[0].getMessage()


def test_a_fault_is_the_operators_to_see(collector: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = collector.post({"break": 1})
    assert answer.json() == {"reason": "internal", "retry_after": 0, "quota": None}
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert answer.headers["x-fault-id"] in record.getMessage()
    assert record.exc_info is not None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "body_empty"),
        (b"\xff", "encoding_invalid"),
        (b"{", "json_malformed"),
        (b'{"name":1e400}', "number_invalid"),
        (b"[]", "body_not_object"),
        (b"{}", "invalid"),
    ],
)
def test_a_bad_body_is_refused_for_what_is_wrong_with_it(collector: Any, body: bytes, reason: str) -> None:
    before = len(collector.logged())
    assert collector.reason(body) == reason
    assert len(collector.logged()) == before


def test_one_metric_too_many_is_refused_and_known_ones_go_on(serve: Any) -> None:
    collector = serve(settings=WorkspaceSettings(klaviyo_metrics=2))
    assert collector.post({"name": "a", "metrics": ["one", "two", "one"]}).status_code == 202
    assert collector.reason({"name": "b", "metrics": ["two", "three"]}) == "metrics_exhausted"
    assert collector.post({"name": "c", "metrics": ["two", "one"]}).status_code == 202
    assert [event.name for event in collector.logged()] == ["a", "c"]


def test_a_newcomer_is_logged_with_its_first_event_and_only_then(serve: Any) -> None:
    collector = serve()
    first, second = (collector.post({"name": "visit", "email": ANN}).json() for _ in range(2))
    assert (first["newcomer"], second["newcomer"]) == (True, False)
    assert [event.name for event in collector.logged()] == ["visit", "identify", "visit"]
    assert collector.log.heads() == {0: 2}


def test_a_newcomer_whose_event_was_not_taken_stays_new(serve: Any) -> None:
    log, registers = FullDisk(), Registers()
    collector = serve(log=log, registers=registers)
    assert collector.reason({"name": "visit", "email": ANN}) == "unavailable"
    assert registers.subscribed == []
    log.room = True
    assert collector.post({"name": "visit", "email": ANN}).json()["newcomer"] is True
    assert registers.subscribed == [("default", "94", ANN)]


def test_a_durable_event_is_a_success_though_the_newcomer_is_forgotten(serve: Any) -> None:
    collector = serve(registers=Registers("subscribe"))
    assert collector.post({"name": "visit", "email": ANN}).json()["newcomer"] is True


def test_registers_that_break_are_a_fault(serve: Any) -> None:
    collector = serve(registers=Registers("is_subscriber", "admit_metric"))
    assert collector.reason({"name": "visit", "email": ANN}) == "internal"
    assert collector.reason({"name": "visit", "metrics": ["new"]}) == "internal"
    assert collector.logged() == []


def test_what_is_known_is_asked_without_a_thread_and_the_rest_beside_the_loop(serve: Any) -> None:
    registers = Registers()
    collector = serve(registers=registers)
    collector.post({"name": "visit", "email": "known@example.com", "metrics": ["known"]})
    assert registers.threads == []
    collector.post({"name": "visit", "email": ANN, "metrics": ["new"]})
    assert len(registers.threads) == 3
    assert registers.loop not in registers.threads


def test_large_bodies_are_parsed_one_by_one_and_small_ones_beside_them(serve: Any, parrot: Any) -> None:
    slow = Slow(parrot)
    collector = serve(dialects=(slow,))
    large = {"name": "large", "filler": "x" * AT_ONCE}
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(collector.post, large) for _ in range(3)]
        assert slow.parsing.wait(5)
        assert collector.post({"name": "small"}).status_code == 202
        assert not any(each.done() for each in asked)
        slow.go_on.set()
        assert {each.result().status_code for each in asked} == {202}
    assert slow.most == 1
    assert len(collector.logged("large")) == 3


def test_a_large_body_is_refused_like_a_small_one(collector: Any) -> None:
    assert collector.reason(b"[" + b" " * AT_ONCE + b"]") == "body_not_object"
    assert collector.reason({"break": "x" * AT_ONCE}) == "internal"


def test_tells_the_names_of_a_list(collector: Any) -> None:
    answer = collector.client.get("/parrot/names?list=94", headers={"authorization": "parrot-key"})
    assert json.loads(answer.content)["properties"] == {"signup": ["plan", "seats"]}


def test_event_ids_ascend(serve: Any) -> None:
    collector = serve(clock=FixedClock(1_750_000_000_000_000))
    ids = [collector.post({"name": "a"}).json()["event_id"] for _ in range(5)]
    assert ids == sorted(set(ids))


class Stuck(MemoryRegistry):
    """Registers that are locked."""

    def admit_metric(self, workspace: str, name: str, limit: int | None) -> bool:
        raise BowerbirdError("database is locked")

    def is_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        if email == "bad@example.com":
            raise BowerbirdError("database is locked")
        return False

    def subscribe(self, workspace: str, list_id: str, email: str) -> None:
        stuck.wait(5)


stuck = threading.Event()


@pytest.mark.parametrize("more", [{"metrics": ["new"]}, {"email": "bad@example.com"}])
def test_what_cannot_be_looked_up_now_may_be_sent_again(serve: Any, more: dict[str, Any]) -> None:
    collector = serve(registers=Stuck(SystemClock()))
    answer = collector.post({"name": "a", **more})
    assert (answer.json()["reason"], answer.json()["retry_after"]) == ("unavailable", 1.0)
    assert collector.logged() == []


def test_a_newcomer_is_not_kept_waiting(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "WELCOME", 0.05)
    collector = serve(registers=Stuck(SystemClock()))
    answer = collector.post({"name": "a", "email": "ann@example.com"})
    assert not stuck.is_set()
    stuck.set()
    assert answer.json()["newcomer"]
    assert len(collector.logged()) == 2


def test_a_query_that_is_not_utf8_is_no_other_text(serve: Any) -> None:
    names = ("%FF", "%FE", "%EF%BF%BD")
    collector = serve(dialects=(Successeve(),))
    for name in names:
        data = "%7B%22contact_uid%22:%22" + name + "%22,%22event_uid%22:%22a%22%7D"
        collector.client.get(f"/v1/track/event?_method=post&api_token=parrot-key&data={data}")
    assert [event.user_id for event in collector.logged()] == ["\ufffd"]
