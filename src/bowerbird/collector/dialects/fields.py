"""Readers for the fields of a request, shared by the dialects. They say what a value is, not what to answer."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bowerbird.collector.dialects.base import Request
from bowerbird.event import VALUE_DIGITS
from bowerbird.refusals import Issue, Reason, Refused

MOST_ISSUES = 100
"""Broken rules named in one answer; a body may break millions."""

SCALARS = frozenset((str, int, float, bool))
"""The types of JSON scalars as decoded, null apart."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = -62_135_596_800_000_000
_LATEST = 253_402_300_799_999_999
_EXACT_BELOW = 2.0**53
_SURELY_FITS = 1e28
_LAST_SECOND = 86_399
"""Of a day; the only one that a leap second follows."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2})(?::(\d{2})(\.\d{1,100})?)?(Z|[+-]\d{2}(?::?[0-5]\d)?)?", re.ASCII
)
_LONG_INTEGER = re.compile(r"-?[1-9]\d{18,307}", re.ASCII)
_JSON_TYPE = re.compile(r"\s*(?:application|text)/(?:[\w.!#$&^-]+\+)?json\s*(?:;.*)?", re.ASCII | re.IGNORECASE)


class Issues:
    """Collects the broken rules of one request, the first `MOST_ISSUES` of them."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Issue] = []

    def add(self, field: str, code: str, message: str, missing: tuple[str, ...] = ()) -> None:
        if len(self.found) < MOST_ISSUES:
            self.found.append(Issue(field, code, message, missing=missing))

    def refuse_any(self) -> None:
        """Raises `Refused` (INVALID) when there are any."""
        if self.found:
            raise Refused(Reason.INVALID, self.found[0].message, issues=tuple(self.found))


def require_json(request: Request) -> None:
    """Raises `Refused` (MEDIA_TYPE_UNSUPPORTED) when the body is declared to be something other than JSON."""
    declared = request.headers.get(b"content-type")
    if declared and declared != b"application/json" and not _JSON_TYPE.fullmatch(declared.decode("latin-1")):
        raise Refused(Reason.MEDIA_TYPE_UNSUPPORTED)


def context_of(request: Request) -> dict[str, Any]:
    """`ip` and `user_agent`, where they are known."""
    context: dict[str, Any] = {}
    if request.client_ip:
        context["ip"] = request.client_ip
    agent = request.headers.get(b"user-agent")
    if agent:
        context["user_agent"] = agent.decode("latin-1")
    return context


def filled(value: Any) -> str | None:
    """The text, None where it is blank or no text: an identifier of nothing would tie strangers together."""
    return value if type(value) is str and value.strip() else None


def identifier(value: Any) -> str | None:
    """As `filled`, with an integer written out."""
    return str(value) if type(value) is int else filled(value)


def written_out(value: Any) -> str | None:
    """As `identifier`, with any number written out: 7 and 7.0, which are one number in JSON, both as `7`."""
    if type(value) is float:
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_BELOW else repr(value)
    return identifier(value)


def number(value: Any) -> int | float | None:
    """The number, None where it is none; true and false are none. An integer that `decode_json` had to give as
    text, because 64 bits do not hold it, is a number again, as long as a double holds it."""
    if type(value) is int or type(value) is float:
        return value
    if type(value) is str and _LONG_INTEGER.fullmatch(value):
        spelled = int(value)
        return None if -(2**63) <= spelled < 2**64 else spelled
    return None


def decimal(value: float) -> Decimal:
    """The number as it is written: 19.99 gives 19.99, not the nearest double."""
    return Decimal(value) if type(value) is int else Decimal(repr(value))


def fits(value: float) -> bool:
    """Whether the number can be the value of an event."""
    return abs(value) < _SURELY_FITS or decimal(value).adjusted() < VALUE_DIGITS


def iso_micros(text: str, *, assume_utc: bool = False) -> int | None:
    """Microseconds since the epoch of an ISO 8601 date and time (extended format, digits beyond µs cut off), None
    where it is none. Without an offset it is none either, unless `assume_utc`, which takes a bare date, too. A leap
    second, :60, is the second behind it."""
    form = _DATE_TIME.fullmatch(text.upper())
    if form is None and not (assume_utc and _DATE.fullmatch(text)):
        return None
    try:
        moment = datetime.fromisoformat(text if form is None else _without_leap(form))
    except ValueError:
        return None
    if moment.tzinfo is None:
        if not assume_utc:
            return None
        moment = moment.replace(tzinfo=UTC)
    since = moment - _EPOCH
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    if form is not None and form[2] == "60":
        if since.seconds != _LAST_SECOND:
            return None
        micros += 1_000_000
    return micros if _EARLIEST <= micros <= _LATEST else None


def _without_leap(form: re.Match[str]) -> str:
    """As Python reads it, which knows no leap seconds."""
    return form[0] if form[2] != "60" else f"{form[1]}:59{form[3] or ''}{form[4] or ''}"
