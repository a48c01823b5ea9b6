"""The headers that pages are sent with. Scripts run only from this host or with the page's own nonce."""

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(?::\d{1,5})?|\[[0-9A-Fa-f:]{2,45}\](?::\d{1,5})?")
_SCRIPT = b"<script"


class PagePolicy:
    """Gives each HTML page a nonce for its scripts, and the policy that asks for it. The framework escapes every `<`
    of data within a page, so each literal `<script` is its own or ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, Headers(scope=scope).get("host", ""))
        await self._app(scope, receive, answer.take)


class _Answer:
    def __init__(self, send: Send, host: str) -> None:
        self._send = send
        self._host = host
        self._start: Message | None = None
        self._parts: list[bytes] = []

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            headers["X-Content-Type-Options"] = "nosniff"
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            await self._send_page(self._start, b"".join(self._parts))

    async def _send_page(self, start: Message, body: bytes) -> None:
        nonce = secrets.token_urlsafe(18)
        body = body.replace(_SCRIPT, _SCRIPT + f' nonce="{nonce}"'.encode())
        headers = MutableHeaders(raw=start["headers"])
        headers["Content-Length"] = str(len(body))
        headers["Content-Security-Policy"] = _policy(nonce, self._host)
        headers["Referrer-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _policy(nonce: str, host: str) -> str:
    """'unsafe-eval' is for Vue, which compiles its templates in the browser; styles are set on elements by Quasar,
    AG Grid and ECharts. The websocket's host is spelt out for browsers to whom 'self' means http alone."""
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        f"font-src 'self' data:; img-src 'self' data: blob:; connect-src 'self'{sockets}; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
