"""How the JSON API and the pages ask: in a thread, once it is their turn. Waiting holds no thread."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

from bowerbird.insights.base import Stop
from bowerbird.insights.turns import Turns, refused

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds that a question of the JSON API waits for its turn."""


async def in_turn(turns: Turns, by: str, stop: Stop, work: Callable[[], T], patience: float | None = None) -> T:
    """What `work` returns. `by`: the asker, as `Session.who`. `patience`: seconds to wait at most; None: for as long as
    it takes, in a line of any length, as those do who see that they wait, and can cancel.

    Raises `BusyError` when the line is too long, `QuestionStoppedError` when the question ends before its turn."""
    turn = turns.line_up(by, bounded=patience is not None)
    try:
        with stop.interrupting(turn.leave):
            await asyncio.wait_for(asyncio.wrap_future(turn.come), patience)
        working = turns.threads.submit(work)
    except BaseException as error:
        turn.leave()
        if isinstance(error, TimeoutError):
            raise refused() from None
        raise
    working.add_done_callback(lambda _: turn.leave())  # whoever stops waiting does not stop the thread
    return await asyncio.wrap_future(working)


async def each_in_turn(turns: Turns, by: str, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces, each in a turn of its own."""
    while (piece := await in_turn(turns, by, Stop(), lambda: next(pieces, None))) is not None:
        yield piece
