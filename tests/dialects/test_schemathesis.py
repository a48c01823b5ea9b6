"""Scribe's and Flywheel's OpenAPI documents, driven against a collector on a real port."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bowerbird.clock import SystemClock
from bowerbird.collector.app import Collector
from bowerbird.collector.limits_memory import MemoryLimiter
from bowerbird.collector.parts import Parts
from bowerbird.collector.refresh import Refresher
from bowerbird.collector.server import configured
from bowerbird.eventlog.memory import MemoryLog
from bowerbird.refusallog.masks import Masks
from bowerbird.refusallog.memory import MemoryRefusals
from bowerbird.registry.memory import MemoryRegistry
from bowerbird.state.base import CatalogReader

OPENAPI = Path(__file__).parent / "openapi"
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance]
scribe = schemathesis.openapi.from_path(OPENAPI / "scribe.yaml")
flywheel = schemathesis.openapi.from_path(OPENAPI / "flywheel.yaml")


class NoCatalog(CatalogReader):
    """Neither dialect asks for event names."""


@pytest.fixture(scope="module")
def collector(dialects: Any) -> Iterator[str]:
    """The address of a running collector."""
    clock = SystemClock()
    registry = MemoryRegistry(clock)
    registry.add_key("key")
    app = Collector(
        Parts(
            dialects=tuple(dialects.values()),
            log=MemoryLog(clock),
            registry=Refresher(registry),
            registers=registry,
            catalog=NoCatalog(),
            limiter=MemoryLimiter(),
            refusals=MemoryRefusals(),
            masks=Masks(b"of the tests"),
            clock=clock,
            body_limit=100_000,
        )
    )
    server = uvicorn.Server(configured(app))
    listening = create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=20)


few = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


@scribe.parametrize()
@few
def test_scribe(case: schemathesis.Case, collector: str) -> None:
    case.call_and_validate(base_url=collector, headers={"Authorization": "Bearer key"}, checks=CHECKS)


@flywheel.parametrize()
@few
def test_flywheel(case: schemathesis.Case, collector: str) -> None:
    case.call_and_validate(base_url=collector, headers={"Authorization": "key", "Auth-Type": "api"}, checks=CHECKS)
