"""The people behind a number of an answer."""

from typing import NamedTuple

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking.address import Document
from bowerbird.console.pages.asking.asked import Asked
from bowerbird.console.pages.asking.question import QuestionPage
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.parts import Column
from bowerbird.console.pages.people import name_of
from bowerbird.insights.persons import Persons

_PAGE = 50
_COLUMNS = (Column("who", "Person", "link", 290), Column("id", "Person id", "code"))


class Number(NamedTuple):
    title: str
    """What it says of people: `Came back in week 2`."""
    which: Document
    """The question's `people` that asks for them."""


class _Found(NamedTuple):
    persons: Persons
    rows: list[dict[str, str]]


def show_people(question: QuestionPage, title: str, numbers: list[Number], first: int = 0) -> None:
    """A dialog with the people behind a number, a page at a time, and a choice between numbers that belong together.
    The kind of question has `people`, and so has its result."""
    with parts.dialog(title) as shown:
        if len(numbers) > 1:
            choice = ui.toggle({at: each.title for at, each in enumerate(numbers)}, value=first)
            choice.props("unelevated no-caps dense padding='4px 12px'").classes("self-start")
            choice.props["aria-label"] = "Which people"
            choice.on_value_change(lambda event: load(numbers[event.value]))
        else:
            parts.note(numbers[0].title)
        place = ui.element("div").classes("place")
        with ui.element("div").classes("actions"):
            ui.button("Close", on_click=shown.close).props("flat no-caps")

    def load(number: Number, after: str | None = None) -> None:
        which = number.which | {"limit": _PAGE} | ({"after": after} if after else {})
        asked = Asked(question.page, question.view.kind, question.document | {"people": which})
        question.page.ask(
            lambda: asked.then(lambda answer: _named(question.page, answer.result.people)),
            lambda found: _show(found, lambda: load(number, found.persons.next)),
            asked.cancel,
            place,
        )

    load(numbers[first])


def _named(page: Page, persons: Persons) -> _Found:
    masks, rows = masks_of(page), []
    known = page.sources.people.summaries(page.workspace, persons.person_ids)
    for person_id in persons.person_ids:
        name = name_of(known[person_id], masks) if person_id in known else person_id
        rows.append({"who": name, "id": person_id, "href": f"/people/{person_id}"})
    return _Found(persons, rows)


def _show(found: _Found, more: parts.Then) -> None:
    persons = found.persons
    if not found.rows:
        parts.note("Nobody is behind this number.")
        return
    many = f"{persons.persons:,} {'person' if persons.persons == 1 else 'people'}"
    parts.note(f"{many}, by person id." if len(found.rows) == persons.persons else f"{many}; {len(found.rows)} here.")
    parts.data_table(_COLUMNS, found.rows, "People behind the number")
    if persons.next is not None:
        ui.button("Next page", on_click=more).props("flat dense no-caps").classes("self-start")
