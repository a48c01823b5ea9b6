"""What the registers remember in memory, seen from outside: with the database locked, they still answer."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.clock import FixedClock
from bowerbird.errors import BowerbirdError
from bowerbird.registry import database
from bowerbird.registry.known import KnownMetrics, KnownSubscribers
from bowerbird.registry.sql import SqlRegistry


@pytest.fixture
def locked(registry: SqlRegistry, directory: Path) -> Iterator[Callable[[], None]]:
    """Call it, and from then on every write of anybody else fails."""
    holder = sqlite3.connect(directory / "registry.db", isolation_level=None)

    def lock() -> None:
        holder.execute("BEGIN IMMEDIATE")

    yield lock
    holder.close()


@pytest.fixture
def registry(reopened: Callable[[], SqlRegistry], monkeypatch: pytest.MonkeyPatch) -> SqlRegistry:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    return reopened()


def test_known_names_and_refusals_need_no_database(registry: SqlRegistry, locked: Callable[[], None]) -> None:
    admit = registry.registers.admit_metric
    assert [admit("default", name, 2) for name in "abc"] == [True, True, False]
    registry.registers.subscribe("default", "1", "ana@x.example")
    locked()
    assert admit("default", "a", 2)
    assert not admit("default", "c", 2)
    assert not admit("default", "d", 1)
    assert registry.registers.is_subscriber("default", "1", "ana@x.example")
    registry.registers.subscribe("default", "1", "ana@x.example")
    with pytest.raises(BowerbirdError, match="locked"):
        admit("default", "d", 3)
    with pytest.raises(BowerbirdError, match="locked"):
        registry.registers.subscribe("default", "1", "bob@x.example")


def test_refusals_are_looked_up_again_after_a_second(
    registry: SqlRegistry, clock: FixedClock, locked: Callable[[], None]
) -> None:
    admit = registry.registers.admit_metric
    assert [admit("default", name, 1) for name in "ab"] == [True, False]
    locked()
    clock.advance(0.9)
    assert not admit("default", "b", 1)
    clock.advance(0.2)
    with pytest.raises(BowerbirdError, match="locked"):
        admit("default", "b", 1)


def test_what_another_process_admitted_is_not_refused(
    registry: SqlRegistry, reopened: Callable[[], SqlRegistry]
) -> None:
    other = reopened().registers
    assert other.admit_metric("default", "theirs", 2)
    assert registry.registers.admit_metric("default", "ours", 2)
    assert not registry.registers.admit_metric("default", "third", 2)
    assert registry.registers.knows_metric("default", "theirs"), "learned when the limit was met"
    assert registry.registers.admit_metric("default", "theirs", 2)
    assert not other.admit_metric("default", "third", 2)


def test_subscribers_of_another_process_are_found(registry: SqlRegistry, reopened: Callable[[], SqlRegistry]) -> None:
    other = reopened().registers
    other.subscribe("default", "1", "ana@x.example")
    assert not registry.registers.known_subscriber("default", "1", "ana@x.example")
    assert registry.registers.is_subscriber("default", "1", "ana@x.example")
    assert registry.registers.known_subscriber("default", "1", "ana@x.example")


def test_known_metrics_stay_within_their_capacity() -> None:
    known = KnownMetrics(capacity=4)
    known.exhaust("full", ["a", "b"], limit=2, now=0)
    assert known.admits("full", "c", 2, now=0) is False
    for name in "cde":
        known.learn("open", name)
    assert ("full", "a") not in known
    assert known.admits("full", "c", 2, now=0) is None, "what is forgotten is asked for again"
    assert ("open", "e") in known
    for name in "fgh":
        known.learn("open", name)
    assert sum(("open", name) in known for name in "cdefgh") <= 4


def test_more_names_than_memory_holds_are_never_refused_from_memory() -> None:
    known = KnownMetrics(capacity=2)
    known.exhaust("full", ["a", "b", "c"], limit=3, now=0)
    assert known.admits("full", "d", 3, now=0) is None


def test_the_subscriber_not_asked_about_for_longest_is_forgotten_first() -> None:
    known = KnownSubscribers(capacity=2)
    known.add(b"1")
    known.add(b"2")
    assert b"1" in known
    known.add(b"3")
    assert [digest in known for digest in (b"1", b"2", b"3")] == [True, False, True]
