"""The builder of conditions: groups of comparisons, segments and what people did."""

from collections.abc import Callable
from typing import Any, get_args

from nicegui import ui
from nicegui.element import Element

from bowerbird.console.pages.asking import pickers, tree
from bowerbird.console.pages.asking.known import Known
from bowerbird.console.pages.asking.ranges import optional_range
from bowerbird.console.pages.asking.tree import Acted, Comparison, Document, Group, Membership, Part
from bowerbird.insights.conditions import DEEPEST, NUMERIC, Operator

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
_MODES = {"all": "all of", "any": "any of", "none": "none of"}
_TRUTH = {"true": "true", "false": "false"}


def conditions(
    known: Known, document: Document | None, on_change: Callable[[Document | None], None], event: str | None = None
) -> None:
    """Edits a condition on events, of the JSON API; `on_change` is called with what is complete of it, None for no
    condition. `event`: whose properties are offered."""
    _build(document, on_change, lambda changed: _Builder(known, changed, event))


def conditions_on_people(known: Known, document: Document | None, on_change: Callable[[Document | None], None]) -> None:
    """The same on people, who have traits and did things."""
    _build(document, on_change, lambda changed: _Builder(known, changed, None, of_people=True))


def _build(
    document: Document | None,
    on_change: Callable[[Document | None], None],
    make: "Callable[[Callable[[], None]], _Builder]",
) -> None:
    group = tree.read(document)
    place = ui.element("div").classes("conditions")
    make(lambda: on_change(tree.write(group))).group(group, place, 1)


class _Builder:
    """Draws groups; `changed` is called when a value has changed."""

    def __init__(self, known: Known, changed: Callable[[], None], event: str | None, of_people: bool = False) -> None:
        self._known = known
        self._changed = changed
        self._event = event
        self._of_people = of_people

    def group(self, group: Group, place: Element, depth: int) -> None:
        def draw() -> None:
            place.clear()
            with place:
                if len(group.parts) > 1 or group.mode != "all":
                    pickers.choice("Match", _MODES, group.mode, lambda mode: self._set(group, "mode", mode))
                for part in group.parts:
                    self._line(part, group, draw, depth)
                self._adders(group, draw, depth)

        draw()

    def _line(self, part: Part, group: Group, draw: Callable[[], None], depth: int) -> None:
        def remove() -> None:
            group.parts[:] = [each for each in group.parts if each is not part]
            self._changed()
            draw()  # at last: the button that was pressed is gone then

        with ui.element("div").classes("condition"):
            with ui.element("div").classes("condition-main"):
                match part:
                    case Comparison():
                        self._comparison(part)
                    case Membership():
                        self._membership(part)
                    case Acted():
                        self._acted(part, depth)
                    case Group():
                        self.group(part, ui.element("div").classes("conditions nested"), depth + 1)
            button = ui.button(icon="close", on_click=remove).props("flat dense round size=sm")
            button.props["aria-label"] = "Remove condition"

    def _adders(self, group: Group, draw: Callable[[], None], depth: int) -> None:
        def add(part: Part) -> None:
            group.parts.append(part)
            draw()
            if tree.write(part) is not None:
                self._changed()

        with ui.button("Add filter", icon="add").props("flat dense no-caps").classes("self-start"), ui.menu():
            ui.menu_item("Trait" if self._of_people else "Property or trait", lambda: add(Comparison()))
            ui.menu_item("People in a segment", lambda: add(Membership()))
            ui.menu_item("People who did something", lambda: add(Acted()))
            if depth + 2 < DEEPEST:
                ui.menu_item("Group of filters", lambda: add(Group("any", [Comparison()])))

    def _comparison(self, part: Comparison) -> None:
        def draw() -> None:
            rest.clear()
            with rest:
                pickers.choice("Operator", _OPERATORS, part.op, operator)
                self._value(part)

        def choose(field: str) -> None:
            part.field = field
            draw()
            self._changed()

        def operator(op: str) -> None:
            part.op = op
            part.value = self._fitting(part, part.value)
            draw()
            self._changed()

        if self._of_people:
            pickers.trait_picker(self._known, "Trait", part.field, choose)
        else:
            pickers.field_picker(self._known, "Field", part.field, choose, self._event)
        rest = ui.element("div").classes("condition-value")
        draw()

    def _value(self, part: Comparison) -> None:
        def set_value(value: Any) -> None:
            self._set(part, "value", self._fitting(part, value))

        if part.op in ("set", "not_set"):
            return
        if part.op in ("in", "not_in"):
            chips = ui.input_chips(
                "Values",
                value=[str(each) for each in part.value or []],
                new_value_mode="add-unique",
                on_change=lambda event: set_value(event.value),
            )
            chips.props("outlined dense").classes("pick")
        elif part.op in NUMERIC:
            pickers.number("Value", part.value, set_value)
        elif part.op in ("equals", "not_equals") and self._known.is_boolean(part.field):
            pickers.choice("Value", _TRUTH, _shown(part.value) if isinstance(part.value, bool) else None, set_value)
        else:
            pickers.text("Value", "" if part.value is None else _shown(part.value), set_value)

    def _fitting(self, part: Comparison, value: Any) -> Any:
        """The value as the operator takes it; None for none."""
        if part.op in ("in", "not_in"):
            given = value if isinstance(value, list) else [] if value is None else [value]
            return [self._typed(part, each) for each in given]
        if isinstance(value, list):
            value = value[0] if value else None
        if part.op in NUMERIC:
            return _as_number(value)
        if part.op in ("contains", "not_contains", "matches"):
            return None if value in (None, "") else _shown(value)
        return None if value in (None, "") else self._typed(part, value)

    def _typed(self, part: Comparison, value: Any) -> Any:
        if isinstance(value, str) and self._known.is_boolean(part.field) and value in _TRUTH:
            return value == "true"
        if isinstance(value, str) and self._known.is_number(part.field):
            number = _as_number(value)
            return value if number is None else number
        return value

    def _membership(self, part: Membership) -> None:
        options = {True: "are in", False: "are not in"}
        pickers.choice("People", options, part.inside, lambda inside: self._set(part, "inside", inside))
        pickers.segment_picker(
            self._known, "Segment", part.segment, lambda name: self._set(part, "segment", name or "")
        )

    def _acted(self, part: Acted, depth: int) -> None:
        options = {True: "did", False: "did not do"}
        set_ = self._set
        pickers.choice("People who", options, part.did, lambda did: set_(part, "did", did))
        pickers.event_picker(self._known, "Event", part.event, lambda name: set_(part, "event", name))
        with ui.element("div").classes("condition-value"):
            pickers.number("At least times", part.at_least, lambda times: set_(part, "at_least", times or 1), 1)
            pickers.number("At most times", part.at_most, lambda times: set_(part, "at_most", times), 1)
        optional_range(self._known, part.range, lambda range_: set_(part, "range", range_))
        if depth + 3 < DEEPEST:
            inner = _Builder(self._known, self._changed, part.event)
            inner.group(part.where, ui.element("div").classes("conditions nested"), depth + 2)

    def _set(self, part: Part, name: str, value: Any) -> None:
        setattr(part, name, value)
        self._changed()


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_number(value: Any) -> int | float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        number = float(str(value))
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number if abs(number) < 1e308 else None
