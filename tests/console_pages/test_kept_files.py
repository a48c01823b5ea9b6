"""Files of the framework: the second visitor gets from memory what the first one got from disk."""

import asyncio
import re
from typing import Any

import pytest

from bowerbird.console.pages import kept

LASTING = "public, max-age=31536000, immutable"


def library(serving: Any) -> str:
    """The path of a library that the sign-in's page does not need."""
    session = serving.call("session", "create", "--user", "viewer")["session_id"]
    with serving.http() as http:
        http.cookies.set("bowerbird_session", session)
        page = http.get("/")
        assert page.status_code == 200
        return re.findall(r"/_nicegui/[^\"]+/vue\.esm-browser\.prod\.js", page.text)[0]


def test_a_file_comes_twice_the_same(serving: Any) -> None:
    path = library(serving)
    with serving.http() as http:
        for encoding in ("gzip", "identity"):
            first, second = (http.get(path, headers={"Accept-Encoding": encoding}) for _ in range(2))
            assert second.status_code == 200
            assert second.content == first.content
            names = ("content-type", "content-encoding", "cache-control", "etag", "vary", "x-content-type-options")
            assert [second.headers.get(name) for name in names] == [first.headers.get(name) for name in names]
            assert second.headers.get("content-encoding") == ("gzip" if encoding == "gzip" else None)
        assert http.get(path, headers={"Range": "bytes=0-9"}).status_code == 206
        assert http.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        assert http.get(f"{path}.not").status_code == 404


class Answers:
    """Counts how often it was asked."""

    def __init__(self, status: int = 200, **headers: str) -> None:
        self.status = status
        self.headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.asked = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        await send({"type": "http.response.body", "body": scope["path"].encode()})


def get(app: Any, path: str, method: str = "GET", query: bytes = b"", **headers: str) -> bytes:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(
        app({"type": "http", "method": method, "path": path, "query_string": query, "headers": raw}, None, send)
    )
    return b"".join(message.get("body", b"") for message in sent)


def test_what_never_changes_is_asked_for_once_an_encoding() -> None:
    files = Answers(cache_control=LASTING, content_length="999")
    app = kept.KeptFiles(files)
    assert [get(app, "/a"), get(app, "/a")] == [b"one /a"] * 2
    assert files.asked == 1
    get(app, "/a", accept_encoding="br, gzip")
    get(app, "/a", accept_encoding="gzip")
    get(app, "/b")
    assert files.asked == 3
    get(app, "/a", method="HEAD")
    get(app, "/a", query=b"v=2")
    get(app, "/a", range="bytes=0-1")
    assert files.asked == 6


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {"cache_control": "no-store"}),
        (200, {}),
        (404, {"cache_control": LASTING}),
        (200, {"cache_control": LASTING, "set_cookie": "a=b"}),
    ],
)
def test_what_may_change_is_asked_for_again(status: int, headers: dict[str, str]) -> None:
    answers = Answers(status, **headers)
    app = kept.KeptFiles(answers)
    for _ in range(2):
        get(app, "/a")
    assert answers.asked == 2


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 13)
    files = Answers(cache_control=LASTING)
    app = kept.KeptFiles(files)
    for path in ("/a", "/b", "/c", "/c"):
        get(app, path)
    assert files.asked == 4
    get(app, "/a")
    assert files.asked == 4
