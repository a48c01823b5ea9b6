"""A house in one process: a running processor, and the console's port on a free one. Stores are small and real."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
import uvicorn
from hypothesis import settings

from bowerbird.clock import SECOND, FixedClock
from bowerbird.console.app import create_app
from bowerbird.console.sources import LogDesk, Registry, Sources
from bowerbird.event import Event, event_ids
from bowerbird.eventlog.memory import MemoryLog
from bowerbird.insights.ask import Insights
from bowerbird.insights.saved import segments_of
from bowerbird.processor.engine import ProcessorThread
from bowerbird.processor.lag import lag_behind
from bowerbird.processor.operations import Operations
from bowerbird.processor.worker import Processor, Stores
from bowerbird.refusallog.memory import MemoryRefusals
from bowerbird.registry.described_memory import MemoryDescriptions
from bowerbird.registry.memory import MemoryRegistry
from bowerbird.registry.saved_memory import MemorySaved
from bowerbird.state.database import open_sqlite
from bowerbird.state.readers import SqlCatalog, SqlPeople
from bowerbird.state.seen import MemorySeen
from bowerbird.state.sql import SqlState
from bowerbird.state.upkeep import SqlUpkeep
from bowerbird.warehouse.memory import MemoryWarehouse
from bowerbird.warehouse.tables import DuckTables

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

NOW = 1_790_000_000 * SECOND
CONTROL = "control-token-of-this-house"
ADMIN = "admin-key-of-default"


class House:
    """Events in, answers out: `http` shows an admin key of the workspace `default`."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(NOW)
        self.ids = event_ids()
        self.log = MemoryLog(self.clock)
        self.registry = MemoryRegistry(self.clock)
        self.registry.add_workspace()
        self.registry.add_key(ADMIN, scopes=("admin",))
        self.described = MemoryDescriptions()
        self.refusals = MemoryRefusals()
        self.saved = MemorySaved()
        self.warehouse = MemoryWarehouse()
        self.database = open_sqlite(folder / "state.sqlite")
        self.state = SqlState(self.database)
        self.people = SqlPeople(self.database)
        self.catalog = SqlCatalog(self.database)
        processor = Processor(Stores(self.log, self.state, MemorySeen(), self.warehouse), 1000)
        operations = Operations(processor, SqlUpkeep(self.database), self.people, self.clock)
        self.engine = ProcessorThread(operations, self.clock)
        desk = LogDesk(lambda: self.log)
        self.sources = Sources(
            engine=self.engine,
            people=self.people,
            catalog=self.catalog,
            described=self.described,
            warehouse=self.warehouse,
            log=desk,
            applied=self.state.applied,
            lag=lambda: desk.ask(lambda log: lag_behind(log, self.state.applied(), self.clock.now())),
            registry=Registry(self.registry),
            refusals=self.refusals,
            clock=self.clock,
            insights=Insights(
                DuckTables(duckdb.connect().cursor), segments_of(self.saved), lambda: (0, 0.0), self.clock
            ),
            saved=self.saved,
        )
        self.app = create_app(self.sources, CONTROL)

    def event(self, name: str = "seen", **fields: Any) -> Event:
        self.clock.advance(1)
        at = self.clock.now()
        known = {"workspace": "default", "dialect": "scribe", "kind": "track", "key_id": "key_1", "occurred_at": at}
        return Event(**{**known, "name": name, "event_id": self.ids(at), "received_at": at, **fields})

    def append(self, *events: Event) -> None:
        """Into the log, and no further for as long as the processor stands still."""
        asyncio.run(self.log.append(events))

    def send(self, *events: Event) -> None:
        """Into the log; returns when they are processed."""
        self.append(*events)
        deadline = time.monotonic() + 10
        while self.state.applied() != self.log.heads():
            assert time.monotonic() < deadline, self.engine.failure
            time.sleep(0.005)

    def start(self) -> None:
        self.engine.start()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn.Config(self.app, log_config=None, lifespan="on"))
        self.thread = threading.Thread(target=self.server.run, args=([self.listener],))
        self.thread.start()
        while not self.server.started:
            time.sleep(0.002)
        self.http = self.client(ADMIN)

    def client(self, secret: str | None) -> httpx.Client:
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def stop(self) -> None:
        self.http.close()
        self.server.should_exit = True
        self.thread.join()
        self.engine.stop()
        self.database.dispose()

    def get(self, path: str, **query: Any) -> Any:
        """The document that the admin key is answered; anything but a success fails the test."""
        answer = self.http.get(f"/api/v1{path}", params=query)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    built.start()
    yield built
    built.stop()


@pytest.fixture
def control_secret() -> str:
    return CONTROL


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for a whole module: its tests take workspaces of their own, see `in_workspace`."""
    built = House(tmp_path_factory.mktemp("house"))
    built.start()
    yield built
    built.stop()


@pytest.fixture(scope="module")
def in_workspace(shared_house: House) -> Callable[..., tuple[str, httpx.Client]]:
    """Makes a workspace with a key, admin unless said otherwise: (its name, a client that shows the key)."""
    made = iter(range(1_000_000))

    def make(*scopes: str) -> tuple[str, httpx.Client]:
        name = f"workspace-{next(made)}"
        shared_house.registry.add_key(f"secret-of-{name}", name, scopes or ("admin",))
        return name, shared_house.client(f"secret-of-{name}")

    return make
