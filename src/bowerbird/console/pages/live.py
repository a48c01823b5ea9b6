"""The pages that are open now. A page acts for its session only as long as that session stands."""

import asyncio
from typing import Any, NamedTuple
from urllib.parse import quote

from anyio import to_thread
from nicegui import Client, core

from bowerbird.console.signin.visitors import Visitor, Visitors

_LOOK_EVERY = 0.5
"""Seconds between looks at the registry while any page is open."""


class _Opened(NamedTuple):
    client: Client
    session: str
    visitor: Visitor


class LivePages:
    """Knows whose each open page is. For one event loop."""

    def __init__(self, visitors: Visitors) -> None:
        self._visitors = visitors
        self._opened: dict[str, _Opened] = {}

    def add(self, client: Client, session: str, visitor: Visitor) -> None:
        self._opened[client.id] = _Opened(client, session, visitor)
        client.on_delete(lambda: self._opened.pop(client.id, None))

    def guard(self) -> None:
        """Puts itself before the handler of every act in every page."""
        handle = core.sio.handlers["/"]["event"]

        def on_event(sid: str, message: dict[str, Any]) -> Any:
            return handle(sid, message) if self._allows(sid, message) else None

        core.sio.on("event", handler=on_event)

    async def look(self) -> None:
        """Sends pages away whose session has ended, and loads those anew whose visitor's role has changed."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            if self._opened:
                await to_thread.run_sync(self._visitors.refresh)
                for opened in list(self._opened.values()):
                    self._check(opened)

    def _allows(self, sid: str, message: Any) -> bool:
        """A message must come over the socket that the page itself has opened, in a session that still stands."""
        client_id = message.get("client_id") if isinstance(message, dict) else None
        opened = self._opened.get(client_id) if isinstance(client_id, str) else None
        if opened is None or client_id not in core.sio.rooms(sid):
            return False
        shown = core.sio.get_environ(sid)["asgi.scope"].get("state", {}).get("session")
        return shown == opened.session and self._check(opened)

    def _check(self, opened: _Opened) -> bool:
        now, then = self._visitors.known(opened.session), opened.visitor
        if now is None:
            request = opened.client.request
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            opened.client.open(f"/sign-in?next={quote(here)}")
            return False
        if (now.role, now.workspace.name) != (then.role, then.workspace.name):
            opened.client.run_javascript("location.reload()")
            return False
        return True
