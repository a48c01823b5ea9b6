"""What the collector says of itself."""

from typing import Any

from bowerbird.clock import FixedClock
from bowerbird.collector.refresh import Refresher
from bowerbird.collector.watched_log import RECOVERY
from bowerbird.errors import LogUnavailableError
from bowerbird.registry.base import Snapshot


class Unreadable:
    """Where snapshots do not come from."""

    def load(self, if_newer_than: int | None = None) -> Snapshot | None:
        raise OSError("out of reach")


class Faulty:
    """A log that takes nothing while `fault` says so."""

    def __init__(self) -> None:
        self.fault = ""

    async def append(self, events: Any) -> None:
        if self.fault and (events or self.fault == "overfull"):
            raise LogUnavailableError(self.fault)

    async def close(self) -> None: ...


def readiness(collector: Any) -> tuple[int, dict[str, str]]:
    answer = collector.client.get("/readyz")
    return answer.status_code, answer.json()


def test_is_healthy_and_ready(collector: Any) -> None:
    assert collector.client.get("/healthz").json() == {"status": "ok"}
    assert readiness(collector) == (200, {"status": "ready"})


def test_head_of_a_health_check_has_no_body(collector: Any) -> None:
    answer = collector.client.head("/healthz")
    assert (answer.status_code, answer.content) == (200, b"")


def test_is_not_ready_without_a_registry_and_says_so_to_senders(serve: Any) -> None:
    collector = serve(registry=Refresher(Unreadable()))
    assert collector.client.get("/healthz").status_code == 200
    assert readiness(collector) == (503, {"status": "not ready", "waits_for": "registry"})
    assert collector.reason({"name": "a"}) == "unavailable"


def test_is_not_ready_while_the_log_has_failed_lately(serve: Any) -> None:
    log, clock = Faulty(), FixedClock(1_750_000_000_000_000)
    collector = serve(log=log, clock=clock)
    log.fault = "no space left"
    assert collector.reason({"name": "a"}) == "unavailable"
    assert readiness(collector) == (503, {"status": "not ready", "waits_for": "log"})
    clock.time += RECOVERY
    assert readiness(collector)[0] == 200
    assert collector.reason({"name": "a"}) == "unavailable"
    assert readiness(collector)[0] == 503
    log.fault = ""
    assert collector.post({"name": "a"}).status_code == 202
    assert readiness(collector)[0] == 200


def test_is_not_ready_while_the_log_is_overfull(serve: Any) -> None:
    log = Faulty()
    collector = serve(log=log)
    log.fault = "overfull"
    assert readiness(collector)[0] == 503
