"""Puts the pages of the table on NiceGUI's app."""

import inspect
from importlib import import_module

from fastapi import FastAPI, Request
from nicegui import app as framework
from nicegui import background_tasks, ui
from starlette.responses import Response

from bowerbird.console import assets
from bowerbird.console.pages import frame
from bowerbird.console.pages.desk import Desk
from bowerbird.console.pages.live import LivePages
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.table import PAGES, Entry
from bowerbird.console.signin.visitors import Visitor, Visitors

_TO_BUILD = 10.0
"""Seconds that a page may take before its frame is shown. What takes long runs after that, with `Page.run`."""
_TO_COME_BACK = 15.0
"""Seconds that a page's state is kept for a browser whose connection broke."""


def build(desk: Desk, visitors: Visitors) -> FastAPI:
    """The app that shows the pages. Once in a process."""
    live = LivePages(visitors)
    for entry in PAGES:
        _register(entry, desk, live)
    live.guard()
    framework.on_startup(lambda: background_tasks.create(live.look(), name="look after open pages"))
    framework.on_page_exception(frame.show_failure)
    shell = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    ui.run_with(
        shell,
        title="Bowerbird",
        favicon=(assets.FOLDER / "icon.svg").read_text(),
        dark=None,
        language="en-US",
        reconnect_timeout=_TO_COME_BACK,
        tailwind=False,
        gzip_middleware_factory=None,  # compressed by the port, after the policy has been put in
        show_welcome_message=False,
    )
    return shell


def _register(entry: Entry, desk: Desk, live: LivePages) -> None:
    async def show(request: Request) -> Response | None:
        visitor: Visitor = request.scope["state"]["visitor"]
        client = ui.context.client
        live.add(client, request.scope["state"]["session"], visitor)
        page = Page(desk, visitor, entry, request)
        with frame.around(page):
            if not visitor.can(entry.act):
                client.status_code = 403
                frame.show_forbidden(page)
                return None
            module = import_module(f"bowerbird.console.pages.{entry.module}")
            built = module.build(page)
            if inspect.isawaitable(built):
                await built
        return None

    ui.page(entry.path, title=f"{entry.title} · Bowerbird", response_timeout=_TO_BUILD)(show)
