"""How a segment is shown: how many, and who."""

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Table, View
from bowerbird.console.pages.asking.known import title
from bowerbird.console.pages.parts import Column
from bowerbird.insights.base import Answer
from bowerbird.insights.segment import SegmentResult

_MODES = (Mode("list", "People", "list", False), Mode("number", "Number", "123", False))


def show(answer: Answer, mode: str) -> None:
    result: SegmentResult = answer.result
    with ui.element("div").classes("figures"):
        parts.figure("People", f"{result.count:,}", "in the segment")
    if mode == "number" or not result.people:
        return
    columns = [Column("person", "Person", "link", 325), *_columns(answer)]
    rows = [{"person": each.person_id, "href": f"/people/{each.person_id}", **each.traits} for each in result.people]
    parts.data_table(columns, rows, "People in the segment, by id")


def table_of(answer: Answer, _: str) -> Table:
    """The people of this page."""
    result: SegmentResult = answer.result
    names = answer.question.traits
    rows = [[each.person_id, *(each.traits[name] for name in names)] for each in result.people]
    return Table([Column("person", "person_id"), *_columns(answer)], rows)


def _columns(answer: Answer) -> list[Column]:
    return [Column(name, title(name)) for name in answer.question.traits]


VIEW = View("segment", "/segments", _MODES, show, table_of, lambda answer: not answer.result.count)
