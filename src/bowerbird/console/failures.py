"""How the JSON API says that something went wrong: `{"error": {"code", "message", "hint"}}`, always. A browser that
looks for a page gets one."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bowerbird.console import nowhere
from bowerbird.console.answers import Json
from bowerbird.errors import (
    BowerbirdError,
    BusyError,
    ConflictError,
    DataDirectoryBusyError,
    LogUnavailableError,
    NotFoundError,
    PersonalDataError,
    QuestionInvalidError,
    QuestionStoppedError,
    SettingInvalidError,
)

_STATUS: tuple[tuple[type[BowerbirdError], int, str], ...] = (
    (NotFoundError, 404, "not_found"),
    (ConflictError, 409, "conflict"),
    (SettingInvalidError, 422, "invalid"),
    (QuestionInvalidError, 422, "invalid"),
    (PersonalDataError, 403, "personal_data"),
    (QuestionStoppedError, 504, "too_long"),
    (BusyError, 503, "unavailable"),
    (LogUnavailableError, 503, "unavailable"),
    (DataDirectoryBusyError, 503, "unavailable"),
)

_RETRY_AFTER = "5"
"""Seconds."""
_ROUTES = "The routes are listed at /docs; the vendors' are on the collector's port."


class ApiError(Exception):
    """Ends a request with this status and these words."""

    def __init__(
        self, status: int, code: str, message: str, hint: str = "", *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.hint = hint
        self.headers = headers


def install(app: FastAPI) -> None:
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(BowerbirdError, _own_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(Exception, _unexpected)


def failure(status: int, code: str, message: str, hint: str = "", headers: Mapping[str, str] | None = None) -> Json:
    body = {"error": {"code": code, "message": message, "hint": hint}}
    return Json(msgspec.json.encode(body), status, headers)


def _api_error(_: Request, error: Exception) -> Json:
    assert isinstance(error, ApiError)
    return failure(error.status, error.code, str(error), error.hint, error.headers)


def _own_error(_: Request, error: Exception) -> Json:
    assert isinstance(error, BowerbirdError)
    for kind, status, code in _STATUS:
        if isinstance(error, kind):
            headers = {"Retry-After": _RETRY_AFTER} if status == 503 else None
            return failure(status, code, str(error), error.hint, headers)
    return failure(500, "internal", str(error), error.hint)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        is_browser = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if is_browser and not request.url.path.startswith("/api/"):
            return nowhere.page(request.url.path)
        return failure(404, "not_found", f"There is no {request.url.path} on this port.", _ROUTES)
    if error.status_code == 405:
        message = f"{request.url.path} does not take {request.method}."
        return failure(405, "method_not_allowed", message, _ROUTES, error.headers)
    return failure(error.status_code, "invalid", str(error.detail), "", error.headers)


def _validation_error(_: Request, error: Exception) -> Json:
    assert isinstance(error, RequestValidationError)
    return failure(422, "invalid", "; ".join(_issue(issue) for issue in error.errors()), "See /docs for the limits.")


def _issue(issue: dict[str, Any]) -> str:
    return f"{'.'.join(str(part) for part in issue['loc'][1:]) or 'body'}: {issue['msg']}"


def _unexpected(_: Request, __: Exception) -> Json:
    return failure(500, "internal", "The server failed on this request.", "The engine's output says why.")
