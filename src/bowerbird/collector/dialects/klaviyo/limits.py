"""Klaviyo's limits on an event's properties. What a small body cannot break is not looked for."""

from typing import Any

from bowerbird.collector.dialects.fields import Issues
from bowerbird.collector.dialects.klaviyo.resources import INVALID, pointer

MOST_BYTES = 5 * 1024 * 1024
"""Of a whole payload, decompressed, and so of its properties."""
MOST_PROPERTIES = 300
LONGEST_STRING = 100 * 1024
"""UTF-8 bytes of a string, be it a value or a name."""
MOST_ELEMENTS = 4000
DEEPEST = 10
"""Levels: an object or array that is a property's value is the first, one inside it the second, and so on."""

AT = "/data/attributes/properties"
_LONG_ARRAY = 2 * MOST_ELEMENTS
"""Bytes of JSON below which no array has more than `MOST_ELEMENTS`."""
_DEEP_BODY = DEEPEST + 6
"""Brackets in a body below which its properties are not too deep: six open on the way to any event's properties and
beside it."""


def check_properties(properties: dict[str, Any], body: bytes, issues: Issues) -> None:
    """Notes what breaks a limit. `body` is the JSON that the properties came in."""
    if len(properties) > MOST_PROPERTIES:
        issues.add(AT, INVALID, f"An event must not exceed {MOST_PROPERTIES} properties.")
    deep = body.count(b"{") + body.count(b"[") > _DEEP_BODY
    if len(body) > _LONG_ARRAY or (deep and _too_deep(properties)):
        _locate(properties, AT, 0, issues)


def _too_deep(properties: dict[str, Any]) -> bool:
    level = [value for value in properties.values() if type(value) is dict or type(value) is list]
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]
    return bool(level)


def _locate(value: Any, at: str, level: int, issues: Issues) -> None:
    """Notes what breaks a limit in an object or array, in the order of the body; what is too large or too deep is not
    entered, so this never calls itself more than `DEEPEST` times over."""
    if level > DEEPEST:
        issues.add(at, INVALID, f"Properties must not contain more than {DEEPEST} nested levels.")
    elif type(value) is dict:
        for name, child in value.items():
            if _too_long(name):
                issues.add(at, INVALID, "A property's name must not be larger than 100 KB.")
            else:
                _locate_in(child, at, name, level, issues)
    elif len(value) > MOST_ELEMENTS:
        issues.add(at, INVALID, f"An array must not exceed {MOST_ELEMENTS} elements.")
    else:
        for index, child in enumerate(value):
            _locate_in(child, at, str(index), level, issues)


def _locate_in(child: Any, at: str, name: str, level: int, issues: Issues) -> None:
    if type(child) is str:
        if _too_long(child):
            issues.add(pointer(at, name), INVALID, "A string must not be larger than 100 KB.")
    elif type(child) is dict or type(child) is list:
        _locate(child, pointer(at, name), level + 1, issues)


def _too_long(text: str) -> bool:
    size = len(text)
    return size > LONGEST_STRING or (4 * size > LONGEST_STRING and len(text.encode()) > LONGEST_STRING)
