"""Bounds on what a request may carry."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bowerbird.console.failures import failure

LARGEST_BODY = 1_000_000
"""Bytes. The API's requests are small; events go to the collector."""


class BodyLimit:
    """Answers 413 to a larger body, whether its length was announced or not."""

    def __init__(self, app: ASGIApp, limit: int = LARGEST_BODY) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":  # half a request is no request
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.limit:
                text = f"The body is larger than {self.limit} bytes."
                await failure(413, "body_too_large", text)(scope, receive, send)
                return
        await self.app(scope, _Replayed(body, receive), send)


class _Replayed:
    """Gives the body that was read, then whatever the connection brings."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self.body: bytes | None = body
        self.receive = receive

    async def __call__(self) -> Message:
        if self.body is None:
            return await self.receive()
        body, self.body = self.body, None
        return {"type": "http.request", "body": body, "more_body": False}
