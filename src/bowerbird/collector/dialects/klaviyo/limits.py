"""Klaviyo's limits on an event's properties. What a small body cannot break is not looked for."""

from typing import Any, NamedTuple

from bowerbird.collector.dialects.fields import MOST_ISSUES, Issues
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


class _Place(NamedTuple):
    value: Any
    at: str
    level: int


def check_properties(properties: dict[str, Any], body: bytes, issues: Issues) -> None:
    """Notes what breaks a limit. `body` is the JSON that the properties came in."""
    if len(properties) > MOST_PROPERTIES:
        issues.add(AT, INVALID, f"An event must not exceed {MOST_PROPERTIES} properties.")
    deep = body.count(b"{") + body.count(b"[") > _DEEP_BODY
    if len(body) > _LONG_ARRAY or (deep and _too_deep(properties)):
        _locate(properties, issues)


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


def _locate(properties: dict[str, Any], issues: Issues) -> None:
    """Walks depth first, in the order of the body; what is too large or too deep is not entered."""
    todo = [_Place(properties, AT, 0)]
    while todo and len(issues.found) < MOST_ISSUES:
        place = todo.pop()
        if _fits(place, issues):
            children = _children(place, issues)
            children.reverse()
            todo += children


def _fits(place: _Place, issues: Issues) -> bool:
    value, at, level = place
    if type(value) is str:
        if _too_long(value):
            issues.add(at, INVALID, "A string must not be larger than 100 KB.")
        return False
    if level > DEEPEST:
        issues.add(at, INVALID, f"Properties must not contain more than {DEEPEST} nested levels.")
        return False
    if type(value) is list and len(value) > MOST_ELEMENTS:
        issues.add(at, INVALID, f"An array must not exceed {MOST_ELEMENTS} elements.")
        return False
    return True


def _children(place: _Place, issues: Issues) -> list[_Place]:
    """The children that may break a limit."""
    value, at, level = place
    if type(value) is list:
        return [
            _Place(child, f"{at}/{index}", level + 1)
            for index, child in enumerate(value)
            if type(child) is dict or type(child) is list or (type(child) is str and _too_long(child))
        ]
    children = []
    for name, child in value.items():
        if _too_long(name):
            issues.add(at, INVALID, "A property's name must not be larger than 100 KB.")
        elif type(child) is dict or type(child) is list or (type(child) is str and _too_long(child)):
            children.append(_Place(child, pointer(at, name), level + 1))
    return children


def _too_long(text: str) -> bool:
    size = len(text)
    return size > LONGEST_STRING or (4 * size > LONGEST_STRING and len(text.encode()) > LONGEST_STRING)
