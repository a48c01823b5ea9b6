"""What a page's builder is given."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from fastapi import Request
from nicegui import ui
from nicegui.element import Element

from bowerbird.console.pages.desk import Desk
from bowerbird.console.pages.table import Entry
from bowerbird.console.pages.work import Doing, Work, in_background, in_thread
from bowerbird.console.signin.visitors import Visitor
from bowerbird.console.sources import Sources

T = TypeVar("T")


class Page:
    """One page in one browser tab, for one visitor."""

    def __init__(self, desk: Desk, visitor: Visitor, entry: Entry, request: Request) -> None:
        self.desk = desk
        self.visitor = visitor
        self.entry = entry
        self.path: str = request.url.path
        self.address = desk.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        """The console's own, for examples of requests."""
        self.parameters: Mapping[str, str] = {name: str(value) for name, value in request.path_params.items()}
        """The parts of the path that the table's `{name}`s stand for."""
        self.query: Mapping[str, str] = dict(request.query_params)
        """As the page was opened; the last wins where a name is repeated. Whatever a user typed: check it."""
        self._client = ui.context.client
        self.theme = request.cookies.get("bowerbird_theme", "auto")

    @property
    def sources(self) -> Sources:
        return self.desk.sources

    @property
    def workspace(self) -> str:
        """The name of the one workspace that the visitor sees."""
        return self.visitor.workspace.name

    @property
    def who(self) -> str:
        """As `Session.who`."""
        return f"session:{self.visitor.user}"

    def run(self, work: Callable[[], T], show: Callable[[T], None], place: Element | None = None) -> None:
        """Runs `work` in a thread and shows its result in `place`, which is cleared first (default: a new place,
        here). Meanwhile the place shows a progress bar and a button to cancel; a failure is shown there with what to
        do, and a button to try again. Work started in a place takes the place of earlier work there.

        `work` touches no element; `show` builds elements within the place. A cancelled work's result is dropped.
        """
        _work_of(place).start(in_thread(work), show)

    def ask(
        self, work: Doing[T], show: Callable[[T], None], on_cancel: Callable[[], None], place: Element | None = None
    ) -> None:
        """As `run`, for a question, which waits for its turn among those of other pages and of the JSON API.
        `on_cancel`, from another thread, tells it to stop."""
        _work_of(place).start(work, show, on_cancel)

    def act(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[], None] | None = None) -> None:
        """Runs `work`, which changes something, in a thread, and then `then` with its result, which may build
        elements and dialogs. A failure is told at the page's edge, what is open stays as it is, and `failed` is
        called."""
        self.fetch(in_thread(work), then, failed)

    def fetch(self, work: Doing[T], then: Callable[[T], None], failed: Callable[[], None] | None = None) -> None:
        """As `act`, for what waits for its turn."""
        in_background(self._client, work, then, failed)

    def navigate(self, path: str, **query: str | int | None) -> None:
        """Opens a local path."""
        with self._client:
            ui.navigate.to(_address(path, query))

    def remember(self, **state: str | int | None) -> None:
        """Writes the state into the address, without loading anything: a reload, a bookmark, a shared link or the
        browser's way back opens the page with it in `query`. None and '' are left out."""
        address = msgspec.json.encode(_address(self.path, state)).decode()
        with self._client:  # whatever asks for it may have removed its own element
            ui.run_javascript(f"bowerbird.remember({address})")


def _work_of(place: Element | None) -> Work:
    return Work.of(place if place is not None else ui.element("div").classes("place"))


def _address(path: str, query: Mapping[str, str | int | None]) -> str:
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path
