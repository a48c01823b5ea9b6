"""The fields of one comparison: of what, how, and with which value."""

import re
from collections.abc import Callable
from typing import Any, Literal, get_args

from nicegui import ui
from nicegui.element import Element

from bowerbird.console.pages.asking import pickers
from bowerbird.console.pages.asking.known import Known
from bowerbird.console.pages.asking.tree import Comparison
from bowerbird.insights.conditions import NUMERIC, Operator

_OPERATORS = {name: name.replace("_", " ") for name in get_args(Operator)} | {
    "equals": "is",
    "not_equals": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "greater": "more than",
    "less": "less than",
    "set": "is set",
    "not_set": "is not set",
    "not_contains": "does not contain",
    "matches": "matches (RE2)",
}
_TRUTH = {"true": "true", "false": "false"}
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
_Way = Literal["none", "list", "truth", "text"]
"""How a value is given."""


class ComparisonFields:
    """Edits `part`; `changed` is called after each change.

    A field that can stay stays when another one changes: somebody may be typing into it already.
    """

    def __init__(self, known: Known, part: Comparison, changed: Callable[[], None]) -> None:
        self._known = known
        self._part = part
        self._changed = changed
        self._given: Any = part.value
        """As it stands in the form, whether or not the operator can take it."""
        self._input: ui.input | None = None
        self._chips: dict[str, Any] = {}
        """The values of a list as they were given, by how they are shown."""

        self._event: str | None = None

    def of_people(self) -> None:
        """Builds the fields of a comparison of a trait."""
        pickers.trait_picker(self._known, "Trait", self._part.field, lambda field: self._change("field", field))
        self._rest()

    def of_events(self, event: str | None) -> None:
        """`event`: whose properties are offered."""
        self._event = event
        choose = lambda field: self._change("field", field)  # noqa: E731
        pickers.field_picker(self._known, "Field", self._part.field, choose, event)
        self._rest()

    def _rest(self) -> None:
        with ui.element("div").classes("condition-value"):
            pickers.choice("Operator", _OPERATORS, self._part.op, lambda op: self._change("op", op)).classes("operator")
            self._place = ui.element("div").classes("condition-given")
        self._draw()

    def _change(self, name: str, value: str) -> None:
        before = self._way()
        setattr(self._part, name, value)
        if self._way() != before:
            self._draw()
        self._fit()
        self._changed()

    def _way(self) -> _Way:
        op = self._part.op
        if op in ("set", "not_set"):
            return "none"
        if op in ("in", "not_in"):
            return "list"
        return "truth" if op in ("equals", "not_equals") and self._known.is_boolean(self._part.field) else "text"

    def _draw(self) -> None:
        self._place.clear()
        self._input = None
        with self._place:
            match self._way():
                case "list":
                    self._given = _several(self._given)
                    self._chips = {_shown(each): each for each in self._given}
                    self._offer(pickers.several("Values", list(self._chips), self._give))
                case "truth":
                    self._given = self._fitting(_one(self._given))
                    shown = None if self._given is None else _shown(self._given)
                    pickers.choice("Value", _TRUTH, shown, self._give)
                case "text":
                    self._given = _one(self._given)
                    shown = "" if self._given is None else _shown(self._given)
                    self._input = pickers.text("Value", shown, self._give).without_auto_validation()
                    self._offer(self._input)

    def _offer(self, made: Element) -> None:
        """Values of the field, below it, for as long as it has the focus."""
        self._known.offer(made, lambda: ("", None) if self._part.op in NUMERIC else (self._part.field, self._event))

    def _give(self, value: Any) -> None:
        self._given = [self._chips.get(each, each) for each in value] if isinstance(value, list) else value
        self._fit()
        self._changed()

    def _fit(self) -> None:
        self._part.value = self._fitting(self._given)
        if self._input is not None:
            wrong = self._part.op in NUMERIC and self._part.value is None and self._given
            self._input.error = "Give a number" if wrong else None

    def _fitting(self, given: Any) -> Any:
        """What is given as the operator takes it; None for nothing that it could take."""
        op = self._part.op
        if self._way() == "list":
            return [self._typed(each) for each in _several(given)]
        value = _one(given)
        if op in NUMERIC:
            return _as_number(value)
        if value in (None, ""):
            return None
        if op in ("contains", "not_contains", "matches"):
            return _shown(value)
        typed = self._typed(value)
        return None if self._way() == "truth" and not isinstance(typed, bool) else typed

    def _typed(self, value: Any) -> Any:
        if isinstance(value, str) and self._known.is_boolean(self._part.field) and value in _TRUTH:
            return value == "true"
        if isinstance(value, str) and self._known.is_number(self._part.field):
            number = _as_number(value)
            return value if number is None else number
        return value


def _one(given: Any) -> Any:
    if isinstance(given, list):
        return given[0] if given else None
    return given


def _several(given: Any) -> list[Any]:
    if isinstance(given, list):
        return given
    return [] if given in (None, "") else [given]


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_number(value: Any) -> int | float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not _NUMBER.fullmatch(str(value)):
        return None
    number = float(str(value))
    return int(number) if number.is_integer() and abs(number) < 2**53 else number if abs(number) < 1e308 else None
