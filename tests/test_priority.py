"""Whoever counts steps back; the thread that answers senders and visitors does not."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.priority import BEHIND, step_back
from bowerbird.warehouse.duck import DuckWarehouse

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def in_a_thread(act: Callable[[], None]) -> int:
    """The priority in which the thread ends."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: (act(), found.append(priority())))
    thread.start()
    thread.join()
    return found[0]


def twice() -> None:
    step_back()
    step_back()


def test_a_thread_steps_back_once_and_no_other_with_it() -> None:
    before = priority()
    assert in_a_thread(twice) == max(before, BEHIND)
    assert priority() == before


def test_who_is_further_back_stays_there() -> None:
    def far_back() -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), further)
        step_back()

    further = max(priority(), BEHIND + 3)
    assert in_a_thread(far_back) == further


def test_a_question_to_the_warehouse_steps_back(tmp_path: Path) -> None:
    warehouse = DuckWarehouse(tmp_path / "warehouse.duckdb")
    assert in_a_thread(lambda: warehouse.cursor().close()) >= BEHIND
    warehouse.close()
