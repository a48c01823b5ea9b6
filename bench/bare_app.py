"""The reference for the collector: parses the same body with msgspec and answers at once, on the collector's server."""

import socket
import sys
from typing import Any

import msgspec

from bowerbird.collector.server import serve

ANSWER = b'{"data":{"name":"signup","value":0,"currency":"USD","click_id":null,"source":"api","status":"accepted"}}'
START = {
    "type": "http.response.start",
    "status": 202,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))],
}
BODY = {"type": "http.response.body", "body": ANSWER}
parse = msgspec.json.Decoder().decode


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})
        return
    message = await receive()
    parts = [message["body"]]
    while message.get("more_body"):
        message = await receive()
        parts.append(message["body"])
    parse(b"".join(parts))
    await send(START)
    await send(BODY)


if __name__ == "__main__":
    serve(app, socket.socket(fileno=int(sys.argv[1])))  # type: ignore[arg-type]
