"""Group commit for threads: what several ask for while one commits is done next, in one go."""

from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


class _Batch(Generic[Item]):
    def __init__(self) -> None:
        self.items: dict[Item, None] = {}
        self.done = False
        self.error: Exception | None = None


class Together(Generic[Item]):
    """Safe from any thread. `commit` is never called twice at a time, nor with an item twice."""

    def __init__(self, commit: Callable[[Sequence[Item]], None]) -> None:
        self._commit = commit
        self._guard = Lock()
        self._turn = Lock()
        self._open = _Batch[Item]()

    def do(self, item: Item) -> None:
        """Returns when the item is committed; raises what `commit` raised for its batch."""
        with self._guard:
            batch = self._open
            batch.items[item] = None
        with self._turn:
            if not batch.done:
                self._run(batch)
        if batch.error is not None:
            raise batch.error

    def _run(self, batch: _Batch[Item]) -> None:
        with self._guard:
            self._open = _Batch()
        try:
            self._commit(list(batch.items))
        except Exception as error:
            batch.error = error
        finally:
            batch.done = True
