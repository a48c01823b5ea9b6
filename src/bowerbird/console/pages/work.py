"""Blocking work of a page: in a thread, with something to see meanwhile, and a way out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from nicegui import Client, background_tasks, ui
from nicegui.element import Element

from bowerbird.console.pages.parts.messages import failure, tell
from bowerbird.errors import BowerbirdError

T = TypeVar("T")
_KEY = "bowerbird-work"
_LOG = logging.getLogger(__name__)
Doing = Callable[[], Awaitable[T]]
"""Does some work, without holding up the loop."""

_THREADS = ThreadPoolExecutor(4, "console-page")
"""For what pages look up and change. Questions wait for their turn without a thread, and have others."""

_CANCELS = ThreadPoolExecutor(1, "console-cancel")
"""Of its own: whoever cancels does not wait for those who ask."""


def cancel_aside(cancel: Callable[[], None]) -> None:
    """Calls `cancel`, which may wait for what it ends, in a thread."""
    _CANCELS.submit(cancel)


def in_thread(work: Callable[[], T]) -> Doing[T]:
    """`work`: blocking."""

    async def do() -> T:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, work)

    return do


class Work:
    """The work of one place."""

    def __init__(self, place: Element) -> None:
        self._place = place
        self._task: asyncio.Task[None] | None = None
        self._on_cancel: Callable[[], None] | None = None

    @classmethod
    def of(cls, place: Element) -> "Work":
        works: dict[int, Work] = place.client.storage.setdefault(_KEY, {})
        if place.id not in works:
            works[place.id] = cls(place)
            place.client.on_delete(works[place.id].stop)
        return works[place.id]

    def start(self, work: Doing[T], show: Callable[[T], None], on_cancel: Callable[[], None] | None = None) -> None:
        self.stop()
        self._on_cancel = on_cancel
        again = lambda: self.start(work, show, on_cancel)  # noqa: E731
        self._show(lambda: self._progress(again))
        self._task = background_tasks.create(self._run(work, show, again), name="a page's work")

    def stop(self) -> None:
        """Drops the work under way, if any."""
        task, self._task = self._task, None
        if task is not None and not task.done():
            task.cancel()
            if self._on_cancel is not None:
                cancel_aside(self._on_cancel)

    async def _run(self, work: Doing[T], show: Callable[[T], None], again: Callable[[], None]) -> None:
        try:
            result = await work()
            self._show(lambda: show(result))
        except Exception as error:
            _note(error)
            told = error
            self._show(lambda: failure(told, again))

    def _progress(self, again: Callable[[], None]) -> None:
        with ui.element("div").classes("progress").props("role=status"):
            ui.linear_progress(show_value=False).props('indeterminate aria-label="Working"')
            ui.button("Cancel", on_click=lambda: self._cancel(again)).props("flat dense no-caps")

    def _cancel(self, again: Callable[[], None]) -> None:
        self.stop()
        self._show(lambda: _cancelled(again))

    def _show(self, build: Callable[[], Any]) -> None:
        if self._place.is_deleted:
            return
        self._place.clear()
        with self._place:
            build()


def in_background(
    client: Client, work: Doing[T], then: Callable[[T], None], failed: Callable[[], None] | None = None
) -> None:
    """Does `work`, then `then` in the page. A failure of either is told at the page's edge, and `failed`
    called."""

    async def run() -> None:
        try:
            result = await work()
            with client:
                then(result)
        except Exception as error:
            _note(error)
            with client:
                tell("", error)
                if failed is not None:
                    failed()

    background_tasks.create(run(), name="a page's act")


def _note(error: Exception) -> None:
    """What the visitor can mend is told on the page alone."""
    if not isinstance(error, BowerbirdError):
        _LOG.error("a page's work failed", exc_info=error)


def _cancelled(again: Callable[[], None]) -> None:
    with ui.element("div").classes("notice").props("role=status"):
        ui.label("Cancelled.")
        ui.button("Try again", on_click=again).props("flat dense no-caps")
