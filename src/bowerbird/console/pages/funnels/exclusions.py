"""What must not happen between two steps of a funnel."""

from typing import Any

from nicegui import ui
from nicegui.element import Element

from bowerbird.console.pages import asking, parts
from bowerbird.console.pages.asking import NOT_CHOSEN, QuestionPage
from bowerbird.insights.funnel.question import MOST_EXCLUSIONS

Exclusion = dict[str, Any]


class ExclusionsForm:
    def __init__(self, page: QuestionPage) -> None:
        self._page = page
        self._exclusions: list[Exclusion] = [dict(each) for each in page.document.get("exclusions", [])]
        self._steps = len(page.document.get("steps", []))

    def build(self) -> None:
        self._place = ui.element("div").classes("form-group")
        self._draw()

    def fit(self, steps: int) -> None:
        """To so many steps: what lies between steps that are gone reaches over what is left."""
        if steps == self._steps:
            return
        self._steps = steps
        for each in self._exclusions:
            each["after_step"] = max(min(each.get("after_step", 1), steps - 1), 1)
            if not each["after_step"] < (each.get("before_step") or steps) <= steps:
                each["before_step"] = None
        self._page.document["exclusions"] = self._complete()
        self._draw()

    def _draw(self) -> list[Element]:
        """What can take the focus: the exclusions, and what adds one."""
        self._place.clear()
        with self._place:
            drawn = [self._line(each) for each in self._exclusions]
            if len(self._exclusions) < MOST_EXCLUSIONS:
                add = ui.button("Add exclusion", icon="add", on_click=self._add)
                drawn.append(add.props("flat dense no-caps").classes("self-start"))
        return drawn

    def _line(self, each: Exclusion) -> Element:
        known = self._page.known
        after = {step: f"step {step}" for step in range(1, max(self._steps, 2))}
        with ui.element("div").classes("condition") as line:
            with ui.element("div").classes("condition-main"):
                asking.event_picker(
                    known, "Excluded event", each.get("event"), lambda name: self._set(each, "event", name)
                )
                with asking.pair():
                    asking.choice("After", after, each.get("after_step", 1), lambda step: self._after(each, step))
                    before = {0: "the last"} | {step: f"step {step}" for step in range(2, self._steps)}
                    chosen = each.get("before_step") or 0
                    asking.choice(
                        "Before", before, chosen if chosen in before else 0, lambda step: self._before(each, step)
                    )
                asking.conditions(known, each.get("where"), lambda where: self._set(each, "where", where))
            button = ui.button(icon="close", on_click=lambda: self._remove(each)).props("flat dense round size=sm")
            button.props["aria-label"] = "Remove exclusion"
        return line

    def _after(self, each: Exclusion, step: int) -> None:
        each["after_step"] = step
        if step >= (each.get("before_step") or self._steps):
            each["before_step"] = None
        self._fitted(each, "After")

    def _before(self, each: Exclusion, step: int) -> None:
        each["before_step"] = step or None
        if step and each.get("after_step", 1) >= step:
            each["after_step"] = step - 1
        self._fitted(each, "Before")

    def _fitted(self, each: Exclusion, label: str) -> None:
        """One of its fields, of this label, has perhaps changed another."""
        self._changed()
        line = self._draw()[self._exclusions.index(each)]
        parts.take_focus(next(field for field in line.descendants() if field.props.get("label") == label))

    def _add(self) -> None:
        self._exclusions.append({"event": NOT_CHOSEN})
        parts.take_focus(self._draw()[len(self._exclusions) - 1])

    def _remove(self, gone: Exclusion) -> None:
        self._exclusions = [each for each in self._exclusions if each is not gone]
        self._changed()
        parts.take_focus(self._draw()[-1])

    def _set(self, each: Exclusion, name: str, value: Any) -> None:
        each[name] = value
        self._changed()

    def _complete(self) -> list[Exclusion]:
        chosen = [each for each in self._exclusions if each.get("event") != NOT_CHOSEN]
        return [{name: part for name, part in each.items() if part is not None} for each in chosen]

    def _changed(self) -> None:
        self._page.set(exclusions=self._complete())
