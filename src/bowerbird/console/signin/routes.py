"""`/sign-in`, `/sign-out` and `/password`: plain forms, for a websocket sets no cookie."""

from collections.abc import Callable
from functools import partial
from typing import Annotated
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from bowerbird.clock import SECOND, Clock
from bowerbird.console.signin import cookie, form, origin
from bowerbird.console.signin.form import Problem
from bowerbird.console.signin.throttle import Throttle, subject_of_address, subject_of_name
from bowerbird.console.signin.visitors import Visitor, Visitors
from bowerbird.errors import BowerbirdError
from bowerbird.registry.base import Logins

_AT_ONCE = 2
_WAITING = 20
"""Tries that wait for their turn; a password hash takes about 30 ms, and nobody is to fill the memory with them."""


class SignIn:
    """The routes. `public_url` is the console's address where a proxy stands before it, '' where none does."""

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
        router.add_api_route("/password", self.show_password, methods=["GET"])
        router.add_api_route("/password", self.change_password, methods=["POST"])
        return router

    async def show(self, request: Request, next_: Annotated[str, Query(alias="next")] = "/") -> Response:
        target = origin.local(next_)
        if await self._visitor(request) is not None:
            return _go_on(target)
        return form.sign_in(target)

    async def sign_in(self, request: Request) -> Response:
        fields = await _fields(request)
        name, password = fields.get("user", ""), fields.get("password", "")
        target = origin.local(fields.get("next", ""))
        log_in = partial(self._logins.login, name, password)
        session = await self._try(request, name, log_in, "User or password is wrong.")
        if isinstance(session, Problem):
            return form.sign_in(target, session, user=name)
        return self._let_in(request, session, target)

    async def sign_out(self, request: Request) -> Response:
        if not origin.is_own(request.headers, self._public_url):
            return form.sign_in("/", Problem("This came from another site's page. Nobody was signed out.", 403))
        session = self._session(request)
        if session:
            await to_thread.run_sync(self._logins.logout, session)
        response = _go_on("/sign-in")
        cookie.take(response, self._secure(request))
        return response

    async def show_password(self, request: Request, changed: bool = False) -> Response:
        visitor = await self._visitor(request)
        if visitor is None:
            return _go_on("/sign-in?next=/password")
        return form.password_changed(visitor.user) if changed else form.change_password(visitor.user)

    async def change_password(self, request: Request) -> Response:
        visitor = await self._visitor(request)
        if visitor is None:
            return _go_on("/sign-in?next=/password")
        name, fields = visitor.user, await _fields(request)
        password, new = fields.get("password", ""), fields.get("new", "")
        if not new or new != fields.get("again", ""):
            return form.change_password(name, Problem("The new password is not the same both times.", 422))
        change = partial(self._logins.change_password, name, password, new)
        session = await self._try(request, name, change, "The present password is wrong.")
        if isinstance(session, Problem):
            return form.change_password(name, session)
        return self._let_in(request, session, "/password?changed=true")

    async def _try(self, request: Request, name: str, log_in: Callable[[], str | None], wrong: str) -> str | Problem:
        """A session's secret. `wrong`: what to say of a password that is not."""
        if not origin.is_own(request.headers, self._public_url):
            return Problem("This came from another site's page. Try again here.", 403)
        subjects = subject_of_name(name), subject_of_address(request.client.host if request.client else "")
        left = self._throttle.wait(*subjects)
        if left:
            return _wait(-(-left // SECOND))
        if self._turns.statistics().tasks_waiting >= _WAITING:
            return Problem("Many sign-ins at once. Try again in a moment.", 503)
        try:
            session = await to_thread.run_sync(log_in, limiter=self._turns)
        except BowerbirdError as error:
            return Problem(f"That did not work: {error}.", 503)
        if session is None:
            return Problem(wrong, 401)
        self._throttle.succeeded(*subjects)
        return session

    def _let_in(self, request: Request, session: str, target: str) -> Response:
        response = _go_on(target)
        cookie.give(response, session, self._secure(request))
        return response

    def _secure(self, request: Request) -> bool:
        return cookie.is_secure(request.scope, self._public_url)

    def _session(self, request: Request) -> str:
        return cookie.session_in(request.headers, self._secure(request))

    async def _visitor(self, request: Request) -> Visitor | None:
        session = self._session(request)
        return await to_thread.run_sync(self._visitors.now, session) if session else None


async def _fields(request: Request) -> dict[str, str]:
    """The form's fields, the first of each name. What is no such form has none."""
    body = await request.body()
    try:
        return {name: values[0] for name, values in parse_qs(body.decode(), max_num_fields=10).items()}
    except ValueError:
        return {}


def _go_on(target: str) -> Response:
    return RedirectResponse(target, 303, {"Cache-Control": "no-store"})


def _wait(seconds: int) -> Problem:
    words = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
    return Problem(f"Too many attempts. Try again in {words}.", 429, seconds)
