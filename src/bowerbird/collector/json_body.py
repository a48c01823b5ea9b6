"""JSON request bodies, read one way for every dialect."""

import re
from typing import Any, TypeVar

import msgspec

from bowerbird.refusals import Reason, Refused

MAX_DEPTH = 128
"""Deepest nesting of a body. The log, the warehouse and every recursion over a body can rely on it."""

_T = TypeVar("_T")
_decoder = msgspec.json.Decoder()
_DIGITS_AS_ZERO = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_LONG = b"0" * 19
_LONE_SURROGATE = re.compile(
    rb"(?i)(?<!\\)(?:\\\\)*(?:\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})"
    rb"|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2})"
)
_SMALLEST = -(2**63)
_LARGEST = 2**64 - 1


def decode_json(body: bytes) -> Any:
    """The body's value. Integers outside [-2^63, 2^64), which the log cannot carry, come as text, digits unchanged.

    Raises `Refused`: BODY_EMPTY (nothing but white space), ENCODING_INVALID (not UTF-8), NUMBER_INVALID (a number
    that no double holds), JSON_MALFORMED (anything else, NaN, lone surrogates and more than `MAX_DEPTH` levels too).
    """
    try:
        value = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(body, error) from None
    if len(body) > 2 * MAX_DEPTH and body.count(b"[") + body.count(b"{") > MAX_DEPTH and _too_deep(value):
        raise Refused(Reason.JSON_MALFORMED, "JSON is nested too deeply")
    return _spell_out(value) if has_long_number(body) else value


def decode_members(body: bytes, wanted: msgspec.json.Decoder[_T]) -> _T:
    """Of the body, an object, what the decoder wants. All else is passed over: nothing is built of it, which is fast
    and takes no memory, and not all that `decode_json` refuses is found.

    Raises `Refused`: BODY_EMPTY, ENCODING_INVALID, JSON_MALFORMED, BODY_NOT_OBJECT.
    """
    try:
        return wanted.decode(body)
    except msgspec.ValidationError:
        raise Refused(Reason.BODY_NOT_OBJECT) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(body, error) from None


def has_long_number(body: bytes) -> bool:
    """Whether an integer beyond 64 bits may stand in the body. False is certain."""
    return _LONG in body.translate(_DIGITS_AS_ZERO)


def as_object(value: Any) -> dict[str, Any]:
    """The value, which must be a JSON object. Raises `Refused`: BODY_NOT_OBJECT."""
    if type(value) is dict:
        return value
    raise Refused(Reason.BODY_NOT_OBJECT)


def _refused(body: bytes, error: Exception) -> Refused:
    if not body.strip():
        return Refused(Reason.BODY_EMPTY)
    try:
        body.decode()
    except UnicodeDecodeError:
        return Refused(Reason.ENCODING_INVALID, "The body is not UTF-8")
    if isinstance(error, msgspec.ValidationError):
        return Refused(Reason.NUMBER_INVALID)
    if isinstance(error, RecursionError):
        return Refused(Reason.JSON_MALFORMED, "JSON is nested too deeply")
    if _LONE_SURROGATE.search(body):
        return Refused(Reason.JSON_MALFORMED, "JSON has half of a surrogate pair")
    return Refused(Reason.JSON_MALFORMED, str(error))


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) in (dict, list)
        ]
        if not level:
            return False
    return True


def _spell_out(value: Any) -> Any:
    if type(value) is int:
        return value if _SMALLEST <= value <= _LARGEST else str(value)
    if type(value) is dict:
        return {name: _spell_out(child) for name, child in value.items()}
    if type(value) is list:
        return [_spell_out(child) for child in value]
    return value
