"""The form of a segment."""

from typing import Any

from nicegui import ui

from bowerbird.console.pages import asking, parts
from bowerbird.console.pages.asking import QuestionPage
from bowerbird.console.pages.asking.known import column_title, escape, title
from bowerbird.insights.segment import IDENTIFIERS, MOST_TRAITS

EVERYBODY: dict[str, Any] = {"all": []}


def build_form(page: QuestionPage) -> None:
    document, known = page.document, page.known
    condition = document.get("condition")
    with ui.element("div").classes("form-group"):
        parts.text_element("h2", "People")
        asking.conditions_on_people(
            known,
            None if condition == EVERYBODY else condition,
            lambda changed: page.set(condition=changed or EVERYBODY, after=None),
        )
    with ui.element("div").classes("form-group"):
        _shown(page)


def _shown(page: QuestionPage) -> None:
    chosen = list(page.document.get("traits", []))
    offered = {name: column_title(name) for name in IDENTIFIERS} | {escape(name): name for name in page.known.traits}
    offered |= {name: title(name) for name in chosen}

    def show(names: list[str]) -> None:
        page.set(traits=names[:MOST_TRAITS])

    made = ui.select(
        offered, label="Show", value=chosen, multiple=True, with_input=True, on_change=lambda event: show(event.value)
    )
    made.props("outlined dense options-dense use-chips").classes("pick")
