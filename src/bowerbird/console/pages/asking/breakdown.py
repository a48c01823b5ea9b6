"""The picker of a breakdown: by up to two fields or segments."""

from collections.abc import Callable

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.select import Select

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import pickers
from bowerbird.console.pages.asking.known import Known, title
from bowerbird.insights.breakdown import MOST_FIELDS, MOST_GROUPS

Fields = list[str]
_SEGMENT = "segment:"


def breakdown(known: Known, fields: Fields, on_change: Callable[[Fields], None], event: str | None = None) -> None:
    """`fields` in the JSON API's shape: `property:plan`, `segment:NAME`."""
    fields = list(fields)
    place = ui.element("div").classes("conditions")

    def draw() -> list[Element]:
        """What can take the focus: the fields, and what adds one."""
        place.clear()
        with place:
            drawn = [line(number, field) for number, field in enumerate(fields)]
            if len(fields) < MOST_FIELDS:
                adder = ui.button("Add breakdown", icon="add", on_click=add).props("flat dense no-caps")
                drawn.append(adder.classes("self-start"))
        return drawn

    def line(number: int, field: str) -> Element:
        with ui.element("div").classes("condition") as made:
            with ui.element("div").classes("condition-main"):
                picked = pickers.field_picker(
                    known, "Break down by", field, lambda chosen: choose(number, chosen), event
                )
                _offer_segments(picked, known)
            button = ui.button(icon="close", on_click=lambda: remove(number)).props("flat dense round size=sm")
            button.props["aria-label"] = "Remove breakdown"
        return made

    def add() -> None:
        fields.append("")
        parts.take_focus(draw()[len(fields) - 1])

    def choose(number: int, field: str) -> None:
        fields[number] = field
        changed()

    def remove(number: int) -> None:
        del fields[number]
        changed()
        parts.take_focus(draw()[-1])

    def changed() -> None:
        on_change([field for field in fields if field])

    draw()


def groups_limit(limit: int, on_change: Callable[[int], None]) -> Element:
    """How many groups stand alone."""
    return pickers.number("Groups shown", limit, lambda given: on_change(min(max(int(given or 1), 1), MOST_GROUPS)))


def _offer_segments(picked: Select, known: Known) -> None:
    value = picked.value
    options = dict(picked.options) | {f"{_SEGMENT}{name}": f"{name} · segment" for name in known.segments}
    if value:
        options.setdefault(value, title(value))
    picked.set_options(options, value=value)
