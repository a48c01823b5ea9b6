"""Children are started again when they end, until that makes no sense any more."""

import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from bowerbird.errors import BowerbirdError


def ready(url: str) -> bool:
    return httpx.get(url + "/readyz", trust_env=False, timeout=30).is_success


def test_children_that_are_killed_are_started_again(supervised: Any) -> None:
    supervised.start()
    for role, url in (("collector", supervised.collector), ("engine", supervised.console)):
        supervised.kill(role)
        assert ready(url)
    assert supervised.said == [
        "the collector process ended (signal 9) and is started again",
        "the engine process ended (signal 9) and is started again",
    ]
    assert supervised.failure is None
    assert supervised.end()


def test_a_child_that_keeps_ending_is_given_up(supervised: Any, wait: Any, tmp_path: Path, capfd: Any) -> None:
    """The registry turns out to be a newer version's: no collector that is started now can read it."""
    supervised.start()
    with sqlite3.connect(tmp_path / "data" / "registry.db") as registry:
        registry.execute("UPDATE meta SET schema_version = 99")
    registry.close()
    supervised.child("collector").stop()

    wait(lambda: supervised.failure is not None)

    assert isinstance(supervised.failure, BowerbirdError)
    assert str(supervised.failure) == "the collector process keeps ending"
    assert supervised.said == [
        "the collector process ended (exit code 0) and is started again",
        *["the collector process ended (exit code 1) and is started again"] * (len(supervised.said) - 1),
    ]
    assert "the registry has schema 99" in capfd.readouterr().err


def test_a_child_that_does_not_come_up_ends_the_start(supervised: Any, tmp_path: Path, capfd: Any) -> None:
    (tmp_path / "data" / "warehouse.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(BowerbirdError, match="the engine process did not come up"):
        supervised.start()
    supervised.end()
    assert "warehouse" in capfd.readouterr().err
    with pytest.raises(httpx.TransportError):
        httpx.get(supervised.console + "/healthz", trust_env=False, timeout=0.5)
