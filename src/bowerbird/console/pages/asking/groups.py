"""Groups of a form's fields."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking.breakdown import breakdown, groups_limit
from bowerbird.console.pages.asking.conditions import conditions
from bowerbird.console.pages.asking.question import QuestionPage


@contextmanager
def group(title: str = "") -> Iterator[ui.element]:
    """Fields that belong together."""
    with ui.element("div").classes("form-group") as made:
        if title:
            parts.text_element("h2", title)
        yield made


def pair() -> ui.element:
    """Fields side by side."""
    return ui.element("div").classes("condition-value")


def filters_group(page: QuestionPage, title: str, event: str | None = None) -> None:
    """The question's `where`. `event`: whose properties are offered."""
    with group(title):
        conditions(page.known, page.document.get("where"), lambda where: page.set(where=where), event)


def breakdown_group(page: QuestionPage, event: str | None = None) -> None:
    """The question's `breakdown`, and how many groups stand alone."""
    fields = page.document.get("breakdown", [])

    def changed(fields: list[str]) -> None:
        limit.visible = bool(fields)
        page.set(breakdown=fields)

    with group("Breakdown"):
        breakdown(page.known, fields, changed, event)
        limit = groups_limit(page.document.get("limit", 10), lambda limit: page.set(limit=limit))
        limit.visible = bool(fields)
