"""Loads the pages when somebody comes to look: `bowerbird serve` starts no slower for them, and a machine that only
collects does not pay for them."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

from anyio import to_thread
from fastapi import FastAPI


class LazyPages:
    """The app that shows the pages, built on first use and shut down by `close`. For one event loop."""

    def __init__(self, build: Callable[[], FastAPI]) -> None:
        self._build = build
        self._loading: asyncio.Task[FastAPI] | None = None
        self._open = AsyncExitStack()

    def warm(self) -> None:
        """Begins to load, and does not wait for it."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())

    async def app(self) -> FastAPI:
        self.warm()
        assert self._loading is not None
        return await asyncio.shield(self._loading)

    async def close(self) -> None:
        if self._loading is not None:
            await asyncio.wait([self._loading])
        await self._open.aclose()

    async def _load(self) -> FastAPI:
        app = await to_thread.run_sync(self._build)
        await self._open.enter_async_context(app.router.lifespan_context(app))
        return app
