"""Locks between processes."""

import os
import signal
from pathlib import Path

import pytest

from bowerbird.files import Lock


def test_a_lock_is_had_by_one_at_a_time(tmp_path: Path) -> None:
    one, other = Lock(tmp_path / "a.lock"), Lock(tmp_path / "a.lock")
    with one.within(1):
        assert not other.take()
        with pytest.raises(TimeoutError), other.within(0.01):
            pass
    with other.within(0):
        assert not one.take()
    assert one.take()


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        Lock(tmp_path / "a.lock").take()
        os.write(tell, b"!")
        signal.pause()
    os.read(told, 1)
    lock = Lock(tmp_path / "a.lock")
    assert not lock.take()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with lock.within(5):
        pass
