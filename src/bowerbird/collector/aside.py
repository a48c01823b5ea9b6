"""Work on large bodies, beside the event loop."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from bowerbird.collector.held import Owner
from bowerbird.event import event_ids
from bowerbird.refusals import Refused

_T = TypeVar("_T")


class Aside:
    """Works on large bodies in a thread, one at a time: small ones need not wait, and memory stays bounded. Owners
    take turns, so that a body waits for one of each other owner at most, and otherwise for its own owner's."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._turns: defaultdict[Owner, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.new_id = event_ids(Random().getrandbits)  # noqa: S311  # to be told apart, not to be guessed
        """For these requests alone: a maker serves one thread at a time."""

    async def run(self, owner: Owner, step: Callable[..., _T], *given: Any) -> _T:
        async with self._turns[owner], self._turn:
            return await asyncio.to_thread(_freeing, step, *given)


def _freeing(step: Callable[..., _T], *given: Any) -> _T:
    """Runs the step. What a refusal's traceback holds, a decoded body, is set free here and not by the loop."""
    try:
        return step(*given)
    except Refused as refused:
        raise refused.with_traceback(None) from None
