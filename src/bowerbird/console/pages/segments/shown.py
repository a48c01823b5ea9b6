"""How a segment is shown: how many, and who."""

from msgspec.structs import replace
from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Table, View
from bowerbird.console.pages.asking.known import title
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.parts import Column
from bowerbird.console.pages.people import name_of
from bowerbird.insights.base import Answer
from bowerbird.insights.segment import Member, SegmentResult

_MODES = (Mode("list", "People", "list", False), Mode("number", "Number", "123", False))


class _Named(Member, frozen=True):
    name: str


def show(answer: Answer, mode: str, _: int) -> None:
    result: SegmentResult = answer.result
    with ui.element("div").classes("figures"):
        parts.figure("People", f"{result.count:,}", "in the segment")
    if mode == "number" or not result.people:
        return
    traits = [Column(f"trait {name}", title(name)) for name in answer.question.traits]
    columns = [Column("person", "Person", "link", 290), *traits, Column("id", "Person id", "code")]
    people: list[_Named] = result.people  # type: ignore[assignment]  # as `named` has made them
    rows = [
        {f"trait {name}": value for name, value in each.traits.items()}
        | {"person": each.name, "id": each.person_id, "href": f"/people/{each.person_id}"}
        for each in people
    ]
    parts.data_table(columns, rows, "People in the segment, by id")


def table_of(answer: Answer, _: str) -> Table:
    """The people of this page."""
    result: SegmentResult = answer.result
    names = answer.question.traits
    rows = [[each.person_id, *(each.traits[name] for name in names)] for each in result.people]
    return Table([Column("person", "person_id"), *(Column(name, title(name)) for name in names)], rows)


def named(page: Page, answer: Answer) -> Answer:
    """The answer with its people called as everywhere; blocking."""
    masks, people = masks_of(page), []
    for each in answer.result.people:
        person = page.sources.people.person(page.workspace, each.person_id)
        name = each.person_id if person is None else name_of(person, masks)
        people.append(_Named(each.person_id, each.traits, name))
    return replace(answer, result=replace(answer.result, people=people))


VIEW = View("segment", "/segments", _MODES, show, table_of, lambda answer: not answer.result.count, named=named)
