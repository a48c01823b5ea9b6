"""The `revision` header: which of Klaviyo's dated API versions a request is written in."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bowerbird.collector.dialects.base import Request
from bowerbird.refusals import Reason, Refused

_FORM = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.[A-Za-z0-9-]{1,32})?", re.ASCII)

_FLAT = frozenset(("profile", "metric", "properties", "time", "value", "unique_id"))
_ATTRIBUTES = (
    ("2026-07-15", _FLAT | {"value_currency", "backfill"}),
    ("2024-02-15", _FLAT | {"value_currency"}),
    ("", _FLAT),
)
"""Newest first: the attributes of an event from that revision on."""
_NESTED_FROM = "2023-07-15"


class Revision(NamedTuple):
    text: str
    nested: bool
    attributes: frozenset[str]
    """The attributes that an event may have."""


def revision_of(request: Request) -> Revision:
    """Raises `Refused` (REVISION_INVALID) unless the header is `YYYY-MM-DD[.suffix]` and the date is one."""
    revision = _read(request.headers.get(b"revision", b""))
    if revision is None:
        raise Refused(Reason.REVISION_INVALID)
    return revision


@lru_cache(maxsize=64)
def _read(header: bytes) -> Revision | None:
    text = header.decode("latin-1").strip()
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    day = form[1]
    try:
        date.fromisoformat(day)
    except ValueError:
        return None
    attributes = next(names for since, names in _ATTRIBUTES if day >= since)
    return Revision(text, day >= _NESTED_FROM, attributes)
