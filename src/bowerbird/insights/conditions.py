"""Conditions on events and on the people who did them."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.ranges import Range

Operator = Literal[
    "equals",
    "not_equals",
    "in",
    "not_in",
    "contains",
    "not_contains",
    "matches",
    "greater",
    "at_least",
    "less",
    "at_most",
    "set",
    "not_set",
]
NUMERIC: frozenset[str] = frozenset({"greater", "at_least", "less", "at_most"})
Scalar = str | int | float | bool
MOST_PARTS = 200
"""Conditions in a question, nested ones included."""
MOST_VALUES = 10_000
DEEPEST = 12


class Did(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """People who did something so many times."""

    event: str | None = None
    """The event's name; None: any event."""
    where: "Condition | None" = None
    at_least: int = 1
    at_most: int | None = None
    range: Range | None = None
    """None: ever."""

    def __post_init__(self) -> None:
        if self.at_least < 1 or (self.at_most is not None and self.at_most < self.at_least):
            raise ValueError("`at_least` is 1 or more, `at_most` no less; who did it 0 times is `not` who did it")


class Condition(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of: `all` or `any` of several conditions, `not` a condition, a comparison of a `field`, a saved
    `segment` that the person is in, or what the person `did`.

    A comparison with a number compares numbers (texts that read as numbers are numbers); with anything else, texts.
    A field that is missing or null equals nothing, and is in nothing: `not_equals` and `not_in` hold for it.
    `matches` takes a regular expression (RE2) found anywhere in the text.
    """

    all: "tuple[Condition, ...] | None" = None
    any: "tuple[Condition, ...] | None" = None
    not_: "Condition | None" = msgspec.field(default=None, name="not")
    field: str | None = None
    op: Operator = "equals"
    value: Scalar | list[Scalar] | UnsetType = UNSET
    segment: str | None = None
    did: Did | None = None

    def __post_init__(self) -> None:
        given = (self.all, self.any, self.not_, self.field, self.segment, self.did)
        if sum(each is not None for each in given) != 1:
            raise ValueError("a condition is one of `all`, `any`, `not`, `field`, `segment` and `did`")
        if self.field is not None:
            parse_field(self.field)
            _check_value(self.op, self.value)


def check_size(conditions: "list[Condition]") -> None:
    """Raises `QuestionInvalidError` when a question's conditions are too many or too deep."""
    left = MOST_PARTS
    level = 0
    while conditions:
        left -= len(conditions)
        level += 1
        if left < 0 or level > DEEPEST:
            raise QuestionInvalidError(
                f"a question has at most {MOST_PARTS} conditions, {DEEPEST} deep", "Save a part of it as a segment."
            )
        conditions = [inner for each in conditions for inner in parts(each)]


def parts(condition: Condition) -> "list[Condition]":
    """The conditions right below this one."""
    below = [*(condition.all or ()), *(condition.any or ())]
    below += [condition.not_] if condition.not_ else []
    below += [condition.did.where] if condition.did and condition.did.where else []
    return below


def _check_value(op: Operator, value: Any) -> None:
    if op in ("set", "not_set"):
        if value is not UNSET:
            raise ValueError(f"`{op}` takes no value")
        return
    if op in ("in", "not_in"):
        if not isinstance(value, list) or len(value) > MOST_VALUES:
            raise ValueError(f"`{op}` takes a list of at most {MOST_VALUES} values")
        return
    if value is UNSET or isinstance(value, list):
        raise ValueError(f"`{op}` takes one value")
    if op in NUMERIC and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError(f"`{op}` takes a number")
    if op in ("contains", "not_contains", "matches") and not isinstance(value, str):
        raise ValueError(f"`{op}` takes a text")
