"""The one kind of event that every dialect's request becomes, and where it stands in the log."""

import secrets
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import msgspec

Kind = Literal["track", "identify", "page", "conversion", "click", "erased"]
"""`erased` is a tombstone: an event whose content was removed from the log on a person's request."""
DedupeScope = Literal["workspace", "person"]

Positions = dict[int, int]
"""Per partition, the offset of the last log row that is done. A partition not named starts at 0 (no row done)."""

Marks = dict[int, tuple[int, int]]
"""Per partition, the offset of a log row and when it was committed, in µs. That tells it from a row that came to its
place in another log, and stays when events in it are erased."""


VALUE_DIGITS = 29
"""Digits before the point that an event's value may have: as many as sums in the warehouse take."""


class Position(msgspec.Struct, frozen=True, gc=False):
    """Where an event stands in the log: rows of a partition are numbered from 1, events in a row from 0."""

    partition: int
    offset: int
    index: int


class Tallied(NamedTuple):
    """How often a list had events of a name."""

    events: int
    properties: dict[str, int]
    """Events that had the property, by its name, sorted."""


class Event(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """An accepted event as it stands in the log. Fields are only ever appended: old log rows stay readable.

    Times are microseconds since the epoch, UTC. `properties` and `traits` hold what the sender sent, names,
    nesting and types unchanged; integers that do not fit 64 bits, which the log cannot carry, are text.
    """

    workspace: str
    event_id: str
    """UUIDv7 in canonical form, given on receipt."""
    dialect: str
    kind: Kind
    name: str
    occurred_at: int
    received_at: int
    key_id: str
    """The API key (or session) that the sender used."""
    user_id: str | None = None
    email: str | None = None
    phone: str | None = None
    anonymous_id: str | None = None
    other_ids: dict[str, str] = {}
    """Identifiers only one vendor has, such as `stripe_customer_id`."""
    account_id: str | None = None
    list_id: str | None = None
    value: Decimal | None = None
    """At most `VALUE_DIGITS` before the point."""
    currency: str | None = None
    order_id: str | None = None
    click_id: str | None = None
    source_id: str | None = None
    """The id that the sender gave to this occurrence (`event_id`, `unique_id`, `uuid`, …)."""
    dedupe_scope: DedupeScope = "workspace"
    dedupe_key: str | None = None
    """Events of one workspace and dialect with an equal key (and, in scope `person`, of the same person) are
    one event. None: the event is never a duplicate."""
    dedupe_ttl: int | None = None
    """Microseconds for which the key is remembered; None: for ever."""
    stored: bool = True
    """False: the event only says who somebody is; it changes the person and leaves no event row."""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}
    """What the request tells beside the event: `ip`, `user_agent`, `library`, `revision`, …"""


def event_ids(random: Callable[[int], int] = secrets.randbits) -> Callable[[int], str]:
    """A maker of UUIDv7 texts: given the time of receipt (µs), ids of one maker ascend in the order given.

    The 12 bits behind the milliseconds carry the microseconds, as RFC 9562 section 6.2 method 3 allows. The other 62
    bits tell makers apart: `random` gives them, once, so that the ids of one maker differ in their time alone and
    thousands of them take little space.
    """
    node = f"{0b10 << 62 | random(62):016x}"
    tail = f"-{node[:4]}-{node[4:]}"
    last = -1

    def make(received_at: int) -> str:
        nonlocal last
        last = received_at if received_at > last else last + 1
        millis, micros = divmod(last, 1000)
        digits = f"{millis << 16 | _VERSION | micros << 2:016x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:]}{tail}"

    return make


_VERSION = 7 << 12
