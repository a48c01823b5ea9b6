"""What many ask for at the same time, and what is looked for once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Looks in one thread of its own, once at a time. Whoever comes during a look shares the next one with all others
    who do, so that no answer is older than its question. For one event loop."""

    def __init__(self, look: Callable[[], T]) -> None:
        """`look`: blocking."""
        self._look = look
        self._thread = ThreadPoolExecutor(1, "console-look")
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[T] | None = None

    async def get(self) -> T:
        """What `look` returns, or raises. Whoever gives up waiting leaves nothing behind."""
        if self._next is None:
            self._next = asyncio.create_task(self._run())
            self._next.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._next)

    def close(self) -> None:
        self._thread.shutdown()

    async def _run(self) -> T:
        async with self._turn:
            self._next = None
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._look)
