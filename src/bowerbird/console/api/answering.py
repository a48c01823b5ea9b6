"""What the routes of all resources declare alike."""

from typing import Any

from pydantic import BaseModel

from bowerbird.console.api import models

_FAILURES = {
    401: "No key, or one that is unknown, revoked or expired.",
    403: "The key lacks the scope.",
    404: "What was named does not exist.",
    409: "What was asked for contradicts what is there.",
    422: "A parameter or the body makes no sense.",
    503: "The engine is busy or unavailable. Retryable.",
    504: "The question took too long, or too much memory.",
}


def documented(answer: type[BaseModel], *failures: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """A route's `responses`: the answer, the failures that every route has (401, 403, 422), and these."""
    return {status: {"model": answer}, **failed(*failures)}


def failed(*more: int) -> dict[int | str, dict[str, Any]]:
    """The failures that every route has (401, 403, 422), and these."""
    return {code: {"model": models.Failure, "description": _FAILURES[code]} for code in sorted({401, 403, 422, *more})}
