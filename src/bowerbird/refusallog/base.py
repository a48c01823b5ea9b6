"""The latest refused requests, so that an operator can tell why an event is not there.

A help, not a record: nothing of it is counted on, and losing it loses no event. It holds what a request said about
itself, never what it carried: names of fields, no values, and of an unknown secret a mask.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from bowerbird.clock import DAY
from bowerbird.refusals import Reason

KEPT_OF_A_KEY = 200
"""Refusals kept of one key; of all senders whose key is unknown together, as many."""
KEPT_FOR = 30 * DAY
"""µs after which a refusal goes."""


class BrokenRule(msgspec.Struct, frozen=True, array_like=True):
    """An `Issue`, as far as it is kept: all three in bounded length."""

    field: str
    code: str
    message: str


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A refused request; or several within half a second, where sender, request and what was wrong are the same."""

    number: int = 0
    """Given by the log."""
    at: int
    """µs since the epoch, UTC; of several, the latest."""
    workspace: str | None
    """None: the sender's key is not known, or was not looked for, because the request broke before that."""
    key_id: str | None
    """As `Principal.key_id`; None exactly where `workspace` is None."""
    secret_hint: str | None
    """Of an unknown secret, the first four characters and `…`; of a short one, `…` alone."""
    secret_hash: str | None
    """Of an unknown secret, a keyed hash: equal ones are the same secret."""
    dialect: str | None
    """None: the path is no vendor's."""
    method: str
    path: str
    """Without the query string."""
    reason: Reason
    status: int
    """What the sender was answered."""
    message: str
    """What is wrong with the request as a whole; may be empty."""
    issues: tuple[BrokenRule, ...]
    client_ip: str | None
    size: int | None
    """Bytes of the body; None: its length was not declared."""
    times: int = 1
    left_out: int = 0
    """Other refusals of the same key that came with this one, and are counted only."""


class RefusalQuery(msgspec.Struct, frozen=True):
    """Filters that are None let everything through."""

    workspaces: tuple[str, ...] | None
    """Whose refusals; '' stands for those of unknown keys. None: all there are."""
    key: str | None = None
    """A key's id, or an unknown secret's hash."""
    dialect: str | None = None
    reason: str | None = None
    limit: int = 100
    before: tuple[int, int] | None = None
    """(at, number) of the last refusal of the page before."""


class RefusalLog(Protocol):
    """Where collectors keep refusals. Blocking; safe from any thread, and from several processes at once.

    All methods raise `BowerbirdError` when the store cannot be used.
    """

    def keep(self, refusals: Sequence[Refusal]) -> None:
        """Keeps these, all or none, and lets the oldest go: of each key, and of unknown keys together, the latest
        `KEPT_OF_A_KEY` by (`at`, `number`) stay. Kept ones survive a killed process; after a power failure the last
        seconds may be missing."""
        ...

    def expire(self, before: int) -> None:
        """Lets those go that are older than this (µs)."""
        ...

    def close(self) -> None: ...


class RefusalReader(Protocol):
    """Where the console reads them. Blocking, safe from any thread."""

    def recent(self, query: RefusalQuery) -> list[Refusal]:
        """Newest first by (`at`, `number`), at most `query.limit`. Raises `BowerbirdError` as above."""
        ...
