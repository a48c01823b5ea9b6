"""What a condition or a breakdown can look at: a column of the event, one of its properties, or a person's trait."""

import re
from typing import Literal, NamedTuple

from bowerbird.errors import QuestionInvalidError

COLUMNS = {
    "name": "name",
    "kind": "kind",
    "dialect": "dialect",
    "account": "account_id",
    "list": "list_id",
    "user_id": "user_id",
    "anonymous_id": "anonymous_id",
    "email": "email",
    "phone": "phone",
    "currency": "currency",
    "order_id": "order_id",
    "click_id": "click_id",
    "value": "value",
}
"""Name in questions → column of the warehouse."""
MOST_LEVELS = 10
_SPLIT = re.compile(r"(?<!\\)\.")

Source = Literal["column", "property", "trait"]


class Field(NamedTuple):
    source: Source
    path: tuple[str, ...]
    """The column's name, or the names from the outermost object to the value."""


def field(text: str) -> Field:
    """`name`, `dialect`, …; `property:plan`, `property:address.city`, `trait:city`. A dot within a name is written
    with a backslash before it. Raises `QuestionInvalidError`."""
    source, colon, rest = text.partition(":")
    if not colon and text in COLUMNS:
        return Field("column", (text,))
    if source in ("property", "trait") and rest:
        path = tuple(part.replace("\\.", ".") for part in _SPLIT.split(rest))
        if len(path) <= MOST_LEVELS and all(path):
            return Field("property" if source == "property" else "trait", path)
    raise QuestionInvalidError(
        f"there is no field {text!r}", f"Fields are {', '.join(COLUMNS)}, property:NAME and trait:NAME."
    )
