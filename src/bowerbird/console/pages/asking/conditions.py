"""The builder of conditions: groups of comparisons, segments and what people did."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import pickers, tree
from bowerbird.console.pages.asking.comparison import ComparisonFields
from bowerbird.console.pages.asking.known import Known
from bowerbird.console.pages.asking.ranges import optional_range
from bowerbird.console.pages.asking.tree import Acted, Comparison, Document, Group, Membership, Part
from bowerbird.insights.conditions import DEEPEST

_Draw = Callable[[], list[Element]]
"""Draws a group anew; what can take the focus then: its parts, and what adds one."""
_MODES = {"all": "all of", "any": "any of", "none": "none of"}


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
        def draw() -> list[Element]:
            place.clear()
            with place:
                if len(group.parts) > 1 or group.mode != "all":
                    pickers.choice("Match", _MODES, group.mode, lambda mode: self._set(group, "mode", mode))
                lines = [self._line(part, group, draw, depth) for part in group.parts]
                return [*lines, self._adder(group, draw, depth)]

        draw()

    def _line(self, part: Part, group: Group, draw: _Draw, depth: int) -> Element:
        def remove() -> None:
            group.parts[:] = [each for each in group.parts if each is not part]
            self._changed()
            parts.take_focus(draw()[-1])  # at last: the button that was pressed is gone then

        with ui.element("div").classes("condition") as line:
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
        return line

    def _adder(self, group: Group, draw: _Draw, depth: int) -> Element:
        def add(part: Part) -> None:
            group.parts.append(part)
            parts.take_focus(draw()[-2])
            if tree.write(part) is not None:
                self._changed()

        adder = ui.button("Add filter", icon="add").props("flat dense no-caps").classes("self-start")
        with adder, ui.menu():
            ui.menu_item("Trait" if self._of_people else "Property or trait", lambda: add(Comparison()))
            ui.menu_item("People in a segment", lambda: add(Membership()))
            ui.menu_item("People who did something", lambda: add(Acted()))
            if depth + 2 < DEEPEST:
                ui.menu_item("Group of filters", lambda: add(Group("any", [Comparison()])))
        return adder

    def _comparison(self, part: Comparison) -> None:
        fields = ComparisonFields(self._known, part, self._changed)
        if self._of_people:
            fields.of_people()
        else:
            fields.of_events(self._event)

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
