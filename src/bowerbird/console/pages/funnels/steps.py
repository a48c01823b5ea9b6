"""The steps of a funnel: chosen, added, removed, moved."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element

from bowerbird.console.pages import asking, parts
from bowerbird.console.pages.asking import NOT_CHOSEN, Known
from bowerbird.insights.funnel.question import FEWEST_STEPS, MOST_STEPS

Step = dict[str, Any]
"""Of the JSON API; `NOT_CHOSEN` as its event while it is not part of the question."""


class StepsForm:
    def __init__(self, known: Known, steps: list[Step], on_change: Callable[[list[Step]], None]) -> None:
        """`on_change` gets the steps whose event is chosen."""
        self._known = known
        self._steps = [dict(step) for step in steps]
        self._steps += [{"event": NOT_CHOSEN} for _ in range(FEWEST_STEPS - len(steps))]
        self._on_change = on_change
        self._moves: dict[tuple[int, int], ui.button] = {}

    def build(self, group: Element) -> None:
        with group:
            self._place = ui.element("div").classes("form-group")
        self._draw()

    def _draw(self) -> list[Element]:
        """After everything else: the button that was pressed is gone then. What can take the focus: the steps, and
        what adds one."""
        self._place.clear()
        self._moves.clear()
        drawn: list[Element] = []
        with self._place:
            for number, step in enumerate(self._steps):
                with ui.element("div").classes("series") as box:
                    self._head(number)
                    self._fields(step)
                box.on("keydown.alt.up.prevent", lambda _, number=number: self._move(number, -1))
                box.on("keydown.alt.down.prevent", lambda _, number=number: self._move(number, 1))
                drawn.append(box)
            if len(self._steps) < MOST_STEPS:
                add = ui.button("Add step", icon="add", on_click=self._add).props("flat dense no-caps")
                drawn.append(add.classes("self-start"))
        return drawn

    def _head(self, number: int) -> None:
        with ui.element("div").classes("series-head"):
            parts.text_element("h3", f"Step {number + 1}")
            with ui.element("div").classes("row-line tight"):
                for by, icon, where in ((-1, "arrow_upward", "up"), (1, "arrow_downward", "down")):
                    move = self._button(icon, f"Move step {number + 1} {where}")
                    move.on_click(lambda _, by=by: self._move(number, by))
                    move.set_enabled(0 <= number + by < len(self._steps))
                    self._moves[number, by] = move
                if len(self._steps) > FEWEST_STEPS:
                    self._button("close", f"Remove step {number + 1}").on_click(lambda: self._remove(number))

    def _button(self, icon: str, label: str) -> ui.button:
        button = ui.button(icon=icon).props("flat dense round size=sm").tooltip(label)
        button.props["aria-label"] = label
        return button

    def _fields(self, step: Step) -> None:
        def choose(event: str | None) -> None:
            step["event"] = event
            filters()
            self._changed()

        def filters() -> None:
            below.clear()
            with below:
                asking.conditions(self._known, step.get("where"), set_where, step.get("event") or None)

        def set_where(where: dict[str, Any] | None) -> None:
            step["where"] = where
            self._changed()

        asking.event_picker(self._known, "Event", step.get("event"), choose)
        below = ui.element("div").classes("conditions")
        filters()

    def _add(self) -> None:
        self._steps.append({"event": NOT_CHOSEN})
        parts.take_focus(self._draw()[len(self._steps) - 1])

    def _remove(self, number: int) -> None:
        del self._steps[number]
        self._changed()
        parts.take_focus(self._draw()[-1])

    def _move(self, number: int, by: int) -> None:
        to = number + by
        if not 0 <= to < len(self._steps):
            return
        self._steps[number], self._steps[to] = self._steps[to], self._steps[number]
        self._changed()
        self._draw()
        parts.take_focus(self._moves[to, by] if self._moves[to, by].enabled else self._moves[to, -by])

    def _changed(self) -> None:
        chosen = [step for step in self._steps if step.get("event") != NOT_CHOSEN]
        self._on_change([{name: part for name, part in step.items() if part is not None} for step in chosen])
