"""Klaviyo's own Python clients, each with its own interpreter, against a collector on a real port."""

import contextlib
import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import uvicorn

from bowerbird.clock import SECOND, SystemClock
from bowerbird.collector.app import Collector
from bowerbird.collector.dialects.klaviyo import Klaviyo
from bowerbird.collector.limits_memory import MemoryLimiter
from bowerbird.collector.parts import Parts
from bowerbird.collector.refresh import Refresher
from bowerbird.collector.server import configured
from bowerbird.event import Event, Tallied
from bowerbird.eventlog.codec import decode
from bowerbird.eventlog.memory import MemoryLog
from bowerbird.refusallog.masks import Masks
from bowerbird.refusallog.memory import MemoryRefusals
from bowerbird.registry.base import WorkspaceSettings
from bowerbird.registry.memory import MemoryRegistry
from bowerbird.state.base import CatalogCount, QuarantineEntry

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "klaviyo_clients"
KEY = "pk_registered_as_it_was"
NAME = "/data/attributes/metric/name"
NESTED_NAME = "/data/attributes/metric/data/attributes/name"


class NoLists:
    """A `CatalogReader`; Klaviyo's dialect asks nothing of it."""

    def properties(self, workspace: str, list_id: str) -> dict[str, Tallied]:
        return {}

    def catalog(self, workspace: str) -> list[CatalogCount]:
        return []

    def quarantine(self, workspace: str, limit: int, before: str | None) -> list[QuarantineEntry]:
        return []


class Bowerbird:
    """A collector that speaks Klaviyo on a port of its own."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        clock = SystemClock()
        registry = MemoryRegistry(clock)
        registry.add_workspace("default", settings)
        registry.add_key(KEY)
        self.log = MemoryLog(clock)
        parts = Parts(
            dialects=(Klaviyo(),),
            log=self.log,
            registry=Refresher(registry),
            registers=registry,
            catalog=NoLists(),
            limiter=MemoryLimiter(),
            refusals=MemoryRefusals(),
            masks=Masks(b"of the tests"),
            clock=clock,
            body_limit=6_000_000,
        )
        self.server = uvicorn.Server(configured(Collector(parts)))
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    @contextlib.contextmanager
    def running(self) -> Iterator["Bowerbird"]:
        thread = threading.Thread(target=self.server.run, args=([self.listening],))
        thread.start()
        while not self.server.started:
            time.sleep(0.005)
        try:
            yield self
        finally:
            self.server.should_exit = True
            thread.join(timeout=20)

    def events(self) -> list[Event]:
        return [event for row in self.log.read({}, 1_000_000) for event in decode(row.events)]


@pytest.fixture
def bowerbird() -> Iterator[Bowerbird]:
    with Bowerbird(WorkspaceSettings()).running() as running:
        yield running


def run(major: int, script: str, *arguments: str) -> list[dict[str, object]]:
    """What the script prints, run by the client's own interpreter."""
    python = ROOT / f".venv-klaviyo-{major}" / "bin" / "python"
    if not python.exists():
        pytest.fail(f"{python} is missing: make it with tools/klaviyo_clients.sh (or `make clients`)")
    command = [python, SCRIPTS / script, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_flat_client(bowerbird: Bowerbird) -> None:
    told = run(1, "flat.py", bowerbird.url, KEY)

    assert told == [
        {"status": 202},
        {"status": 202},
        {"status": 202},
        {"status": 400, "code": "invalid", "pointer": "/data/attributes/profile"},
        {"status": 400, "code": "invalid", "pointer": NAME},
        {"status": 401, "code": "authentication_failed", "pointer": "/data/"},
    ]
    order, again, view = bowerbird.events()
    assert (order.name, order.user_id, order.email) == ("Placed Order", "4711", "sarah@example.com")
    assert (order.value, order.currency, order.source_id) == (Decimal("9.99"), "USD", "order-1")
    assert order.occurred_at == 1_667_865_600_000_000
    assert order.properties == {"Brand": "Kids Books", "pieces": 3.0, "paid": True, "$extra": {"html": "<p>"}}
    assert type(order.properties["pieces"]) is float  # the client turns integers into floats before it sends them
    assert order.traits == {"plan": "trial", "first_name": "Sarah"}
    assert order.context["revision"] == "2023-01-24"
    assert order.context["user_agent"] == "klaviyo-api-python/1.1.0"
    assert again.dedupe_key == order.dedupe_key
    assert view.phone == "+15005550006"


def test_the_nested_client(bowerbird: Bowerbird) -> None:
    told = run(25, "nested.py", bowerbird.url, KEY)

    assert told == [
        {"status": 202},
        {"status": 202},
        {"status": 202},
        {"status": 400, "code": "invalid", "pointer": "/data/attributes/profile"},
        {"status": 400, "code": "invalid", "pointer": NESTED_NAME},
        {"status": 401, "code": "authentication_failed", "pointer": "/data/"},
    ]
    order, again, view = bowerbird.events()
    assert (order.name, order.user_id, order.email) == ("Placed Order", "4711", "sarah@example.com")
    assert (order.value, order.currency, order.source_id) == (Decimal("9.99"), "EUR", "order-1")
    assert order.occurred_at == 1_667_865_600_000_000
    assert order.properties["id"] == 9007199254740993
    assert type(order.properties["pieces"]) is int
    assert order.traits == {"plan": "trial", "first_name": "Sarah"}
    assert order.context["revision"] == "2026-10-15"
    assert order.context["user_agent"] == "klaviyo-api-python/25.0.0"
    assert again.dedupe_key == order.dedupe_key
    assert view.phone == "+15005550006"


def test_a_throttled_client_waits_and_gets_everything_in() -> None:
    with Bowerbird(WorkspaceSettings(klaviyo_burst=1)).running() as bowerbird:
        told = run(25, "nested.py", bowerbird.url, KEY, "2")

        assert told == [{"status": 202}] * 2
        first, second = bowerbird.events()
        assert (first.source_id, second.source_id) == ("0", "1")
        assert first.received_at // SECOND < second.received_at // SECOND


def test_the_documented_examples_work(bowerbird: Bowerbird) -> None:
    examples = re.findall(r"```bash\n(.*?)```", (ROOT / "docs/dialects/klaviyo.md").read_text(), re.DOTALL)
    environment = {**os.environ, "BOWERBIRD_URL": bowerbird.url, "BOWERBIRD_KEY": KEY}

    told = [subprocess.check_output(["sh", "-c", example], env=environment, text=True) for example in examples]

    assert told == ["202\n"] * 2
    assert [event.source_id for event in bowerbird.events()] == ["order-1", "order-2"]


def test_both_clients_mean_the_same_event(bowerbird: Bowerbird) -> None:
    run(1, "flat.py", bowerbird.url, KEY)
    run(25, "nested.py", bowerbird.url, KEY)

    flat, nested = (event for event in bowerbird.events()[::3])
    for name in ("name", "user_id", "email", "value", "occurred_at", "dedupe_scope", "dedupe_key", "traits"):
        assert getattr(flat, name) == getattr(nested, name), name
