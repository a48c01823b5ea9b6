"""The session cookie. Its value is a session's secret; the server keeps only a keyed hash of it."""

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from bowerbird.clock import SECOND
from bowerbird.registry.base import SESSION_LIFE

PLAIN = "bowerbird_session"
SECURE = "__Host-bowerbird_session"
"""Over https: browsers take this name only with Secure, for the whole host, and from that host itself."""


def is_secure(scope: Scope, public_url: str) -> bool:
    """Whether the browser came by https: the server saw it, a proxy on this machine said so, or the settings do."""
    return scope.get("scheme") in ("https", "wss") or public_url.startswith("https://")


def session_in(headers: Headers, secure: bool) -> str:
    """The session's secret that a request shows; '' for none."""
    jar: SimpleCookie = SimpleCookie()
    for line in headers.getlist("cookie"):
        try:
            jar.load(line)
        except CookieError:
            continue
    morsel = jar.get(SECURE if secure else PLAIN)
    return morsel.value if morsel is not None else ""


def give(response: Response, session: str, secure: bool) -> None:
    response.set_cookie(
        SECURE if secure else PLAIN,
        session,
        max_age=SESSION_LIFE // SECOND,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def take(response: Response, secure: bool) -> None:
    response.delete_cookie(SECURE if secure else PLAIN, path="/", secure=secure, httponly=True, samesite="lax")
