"""How a segment is shown: how many, and who."""

from nicegui import ui

from bowerbird.console.masks import MASK
from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Table, View
from bowerbird.console.pages.asking.known import title
from bowerbird.console.pages.parts import Column
from bowerbird.insights.base import Answer
from bowerbird.insights.segment import IDENTIFIERS, Member, SegmentResult

_MODES = (Mode("list", "People", "list", False), Mode("number", "Number", "123", False))


def show(answer: Answer, mode: str, _: int) -> None:
    result: SegmentResult = answer.result
    with ui.element("div").classes("figures"):
        parts.figure("People", f"{result.count:,}", "in the segment")
    if mode == "number" or not result.people:
        return
    traits = [Column(f"trait {name}", title(name)) for name in answer.question.traits]
    columns = [Column("person", "Person", "link", 290), *traits, Column("id", "Person id", "code")]
    rows = [
        {f"trait {name}": value for name, value in each.traits.items()}
        | {"person": _named(each), "id": each.person_id, "href": f"/people/{each.person_id}"}
        for each in result.people
    ]
    parts.data_table(columns, rows, "People in the segment, by id")


def table_of(answer: Answer, _: str) -> Table:
    """The people of this page."""
    result: SegmentResult = answer.result
    names = answer.question.traits
    rows = [[each.person_id, *(each.traits[name] for name in names)] for each in result.people]
    return Table([Column("person", "person_id"), *(Column(name, title(name)) for name in names)], rows)


def _named(member: Member) -> str:
    """By an identifier that is shown, where the person has one."""
    names = (member.traits.get(name) for name in IDENTIFIERS)
    return next((name for name in names if name not in (None, MASK)), None) or member.person_id


VIEW = View("segment", "/segments", _MODES, show, table_of, lambda answer: not answer.result.count)
