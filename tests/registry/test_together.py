"""Group commit for threads."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from bowerbird.registry.together import Together


class Store:
    """Holds its first commit until it is let go; notes what comes in one go."""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.entered = Event()
        self.released = Event()

    def commit(self, items: Sequence[str]) -> None:
        self.commits.append(sorted(items))
        self.entered.set()
        assert self.released.wait(10)
        if "bad" in items:
            raise OSError("disk full")


def wait_for(together: "Together[str]", count: int) -> None:
    """Until as many items wait for the next commit."""
    while len(together._open.items) < count:
        pass


def test_what_waits_is_committed_in_one_go() -> None:
    store = Store()
    together = Together(store.commit)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(together.do, "a")
        assert store.entered.wait(10)
        others = [pool.submit(together.do, item) for item in "bcdd"]
        wait_for(together, 3)
        assert not first.done()
        store.released.set()
        for done in (first, *others):
            done.result(10)
    assert store.commits[0] == ["a"]
    assert sorted({item for commit in store.commits[1:] for item in commit}) == ["b", "c", "d"]
    assert len(store.commits) <= 3


def test_a_failure_reaches_everybody_of_its_batch_and_nobody_else() -> None:
    store = Store()
    together = Together(store.commit)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(together.do, "a")
        assert store.entered.wait(10)
        others = [pool.submit(together.do, item) for item in ("b", "bad")]
        wait_for(together, 2)
        store.released.set()
        first.result(10)
        for failed in others:
            with pytest.raises(OSError, match="disk full"):
                failed.result(10)
    together.do("after")
    assert store.commits == [["a"], ["b", "bad"], ["after"]]
