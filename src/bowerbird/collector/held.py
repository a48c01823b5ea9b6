"""What large bodies take up, from their first byte to their answer."""

from collections import Counter
from types import TracebackType
from typing import Self

from bowerbird.collector.dialects.base import AT_ONCE
from bowerbird.refusals import Reason, Refused

MOST = 256_000_000
"""Bytes of all large bodies together that a collector holds at a time."""
SHARE = 64_000_000
"""Bytes of those of one owner."""

Owner = int | None
"""A workspace's number; None: senders who are not known yet, all of them."""

_RETRY = 1.0


class Held:
    """Counts large bodies, so that senders can neither fill the memory nor keep each other out. A body that is alone,
    of its owner or of all, is taken however large it is."""

    def __init__(self) -> None:
        self._all = 0
        self._of: Counter[Owner] = Counter()

    def take(self, owner: Owner, size: int) -> None:
        """Raises `Refused`: UNAVAILABLE; then nothing was taken."""
        if _too_much(self._of[owner], size, SHARE) or _too_much(self._all, size, MOST):
            raise Refused(Reason.UNAVAILABLE, "Too many large bodies at once", retry_after=_RETRY)
        self._of[owner] += size
        self._all += size

    def give_back(self, owner: Owner, size: int) -> None:
        self._of[owner] -= size
        self._all -= size


class Hold:
    """What one request takes up, as long as it is entered."""

    def __init__(self, held: Held, owner: Owner) -> None:
        self.owner = owner
        self._held = held
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._release()

    def resize(self, size: int) -> None:
        """To what the body has now; nothing is what a connection may hold anyway. Raises as `Held.take`."""
        self._release()
        if size > AT_ONCE:
            self._held.take(self.owner, size)
            self._size = size

    def pass_to(self, owner: Owner) -> None:
        """Who sent the body is known now. Raises as `Held.take`."""
        size = self._size
        self._release()
        self.owner = owner
        self.resize(size)

    def _release(self) -> None:
        self._held.give_back(self.owner, self._size)
        self._size = 0


def _too_much(held: int, more: int, most: int) -> bool:
    return held > 0 and held + more > most
