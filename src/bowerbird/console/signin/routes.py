"""`/sign-in` and `/sign-out`: plain forms, for a websocket sets no cookie."""

from typing import Annotated
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bowerbird.clock import SECOND, Clock
from bowerbird.console.signin import cookie, form, origin
from bowerbird.console.signin.throttle import Throttle, subject_of_address, subject_of_name
from bowerbird.console.signin.visitors import Visitors
from bowerbird.errors import BowerbirdError
from bowerbird.registry.base import Logins

_AT_ONCE = 2
_WAITING = 20
"""Tries that wait for their turn; a password hash takes about 30 ms, and nobody is to fill the memory with them."""


class SignIn:
    """The two routes. `public_url` is the console's address where a proxy stands before it, '' where none does."""

    def __init__(self, logins: Logins, visitors: Visitors, clock: Clock, public_url: str = "") -> None:
        self._logins = logins
        self._visitors = visitors
        self._public_url = public_url
        self._throttle = Throttle(clock)
        self._turns = CapacityLimiter(_AT_ONCE)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/sign-in", self.show, methods=["GET"])
        router.add_api_route("/sign-in", self.sign_in, methods=["POST"])
        router.add_api_route("/sign-out", self.sign_out, methods=["POST"])
        return router

    async def show(self, request: Request, next_: Annotated[str, Query(alias="next")] = "/") -> Response:
        target = origin.local(next_)
        session = self._session(request)
        visitor = await to_thread.run_sync(lambda: self._visitors.now(session)) if session else None
        if visitor is not None:
            return RedirectResponse(target, 303, {"Cache-Control": "no-store"})
        return form.page(target)

    async def sign_in(self, request: Request) -> Response:
        fields = await _fields(request)
        name, password, target = (
            fields.get("user", ""),
            fields.get("password", ""),
            origin.local(fields.get("next", "")),
        )
        if not origin.is_own(request.headers, self._public_url):
            return form.page(target, "This came from another site's page. Sign in here.", 403, user=name)
        subjects = subject_of_name(name), subject_of_address(request.client.host if request.client else "")
        left = self._throttle.wait(*subjects)
        if left:
            return _wait(target, name, -(-left // SECOND))
        if self._turns.statistics().tasks_waiting >= _WAITING:
            return form.page(target, "Many sign-ins at once. Try again in a moment.", 503, user=name)
        try:
            session = await to_thread.run_sync(self._logins.login, name, password, limiter=self._turns)
        except BowerbirdError as error:
            return form.page(target, f"Nobody can sign in now: {error}.", 503, user=name)
        if session is None:
            return form.page(target, "User or password is wrong.", 401, user=name)
        self._throttle.succeeded(*subjects)
        response = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
        cookie.give(response, session, self._secure(request))
        return response

    async def sign_out(self, request: Request) -> Response:
        if not origin.is_own(request.headers, self._public_url):
            return form.page("/", "This came from another site's page. Nobody was signed out.", 403)
        session = self._session(request)
        if session:
            await to_thread.run_sync(self._logins.logout, session)
        response = RedirectResponse("/sign-in", 303, {"Cache-Control": "no-store"})
        cookie.take(response, self._secure(request))
        return response

    def _secure(self, request: Request) -> bool:
        return cookie.is_secure(request.scope, self._public_url)

    def _session(self, request: Request) -> str:
        return cookie.session_in(request.headers, self._secure(request))


async def _fields(request: Request) -> dict[str, str]:
    """The form's fields, the first of each name. What is no such form has none."""
    body = await request.body()
    try:
        return {name: values[0] for name, values in parse_qs(body.decode(), max_num_fields=10).items()}
    except ValueError:
        return {}


def _wait(target: str, name: str, seconds: int) -> HTMLResponse:
    words = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
    answer = form.page(target, f"Too many attempts. Try again in {words}.", 429, user=name)
    answer.headers["Retry-After"] = str(seconds)
    return answer
