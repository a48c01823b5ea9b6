"""Where pages meet the console's port: their paths lead to the pages, all others to the JSON API as before."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from anyio import to_thread
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from bowerbird.console import assets
from bowerbird.console.pages.desk import Desk
from bowerbird.console.pages.kept import KeptFiles
from bowerbird.console.pages.lazy import LazyPages
from bowerbird.console.pages.policy import PagePolicy
from bowerbird.console.pages.table import PAGES
from bowerbird.console.signin import cookie, origin
from bowerbird.console.signin.routes import SignIn
from bowerbird.console.signin.visitors import Visitor, Visitors

_FRAMEWORK = "/_nicegui/"
_SOCKET = "/_nicegui_ws/"


def add_pages(app: FastAPI, desk: Desk) -> None:
    """Adds the pages and their sign-in to the console's app, before it starts. Once in a process: the framework of
    the pages knows one app."""
    visitors = Visitors(desk.sources.registry)

    def build() -> FastAPI:
        from bowerbird.console.pages import hosting  # noqa: PLC0415  # half a second that only visitors pay

        return hosting.build(desk, visitors)

    pages = LazyPages(build)
    assets.install(app)
    app.include_router(SignIn(desk.logins, visitors, desk.sources.clock, desk.settings.public_url).router())
    app.add_middleware(PagePaths, pages=pages, visitors=visitors, public_url=desk.settings.public_url)
    own = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with own(app):
            try:
                yield
            finally:
                await pages.close()

    app.router.lifespan_context = lifespan


class PagePaths:
    """Asks for a session before a page or its websocket is reached."""

    def __init__(self, app: ASGIApp, pages: LazyPages, visitors: Visitors, public_url: str) -> None:
        self._app = app
        self._pages = pages
        self._visitors = visitors
        self._public_url = public_url
        self._paths = [compile_path(entry.path)[0] for entry in PAGES]
        self._served: ASGIApp = GZipMiddleware(PagePolicy(self._show), minimum_size=1000, compresslevel=5)
        self._files: ASGIApp = KeptFiles(self._served)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.startswith(_SOCKET):
            await self._connect(scope, receive, send)
        elif scope["type"] == "http" and path.startswith(_FRAMEWORK):
            await self._files(scope, receive, send)
        elif self._is_page(scope, path):
            await self._open(scope, receive, send)
        else:
            if path == "/sign-in":
                self._pages.warm()
            await self._app(scope, receive, send)

    def _is_page(self, scope: Scope, path: str) -> bool:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return False
        return any(known.match(path) for known in self._paths)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = self._session(scope)
        visitor = await self._visitor(session)
        if visitor is None:
            wanted = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            query = "" if wanted == "/" else f"?next={quote(wanted)}"
            await RedirectResponse(f"/sign-in{query}", 303, {"Cache-Control": "no-store"})(scope, receive, send)
            return
        scope.setdefault("state", {}).update(visitor=visitor, session=session)
        await self._served(scope, receive, send)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The pages' websocket, and what stands in for it where none gets through. The page that it speaks for is
        checked with every message, in `live.py`."""
        own = origin.is_own(Headers(scope=scope), self._public_url)
        session = self._session(scope)
        if own and await self._visitor(session):
            scope.setdefault("state", {}).update(session=session)
            await self._show(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await PlainTextResponse("Sign in, and reload the page.", 403)(scope, receive, send)

    async def _visitor(self, session: str) -> Visitor | None:
        return await to_thread.run_sync(lambda: self._visitors.now(session)) if session else None

    async def _show(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = await self._pages.app()
        await app(scope, receive, send)

    def _session(self, scope: Scope) -> str:
        return cookie.session_in(Headers(scope=scope), cookie.is_secure(scope, self._public_url))
