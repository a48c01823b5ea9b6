"""Cursors: where the next page of a list starts, as text that clients pass back unread."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, NamedTuple, TypeVar

import msgspec

from bowerbird.console.failures import ApiError

T = TypeVar("T")


class TimedKey(NamedTuple):
    """Where a list by time goes on."""

    at: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    """µs, within what every store takes."""
    id: str


class NumberedKey(NamedTuple):
    """Where a list by time and number goes on."""

    at: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    """µs."""
    number: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


_LONGEST = 4_000
"""A cursor holds a time and an id, or an identifier of 500 characters at most; what is longer is not ours."""


def cursor(key: object) -> str:
    return urlsafe_b64encode(msgspec.msgpack.encode(key)).decode().rstrip("=")


def keyset(text: str | None, kind: type[T]) -> T | None:
    """The key that `cursor` was given. A cursor only says where a page starts, never whose rows it shows: a forged
    one reads nothing that its sender might not read. Raises `ApiError` for text that is no cursor of this kind."""
    if not text:
        return None
    try:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        return msgspec.msgpack.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        hint = "Pass the `next` of the previous page unchanged, or leave `cursor` out to start over."
        raise ApiError(422, "cursor_invalid", "The cursor is not one of this list.", hint) from error


def begun_at(text: str, kind: type[T]) -> T | None:
    """As `keyset`, for an address: whoever cut it short begins at the first page."""
    try:
        return keyset(text, kind)
    except ApiError:
        return None
