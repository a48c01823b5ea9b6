"""The form of a question about revenue."""

from nicegui import ui

from bowerbird.console.pages import asking, parts
from bowerbird.console.pages.asking import QuestionPage

_UNITS = {"hour": "Hour", "day": "Day", "week": "Week", "month": "Month"}
_COHORTS = {"day": "Day", "week": "Week", "month": "Month"}


def build_form(page: QuestionPage) -> None:
    document, known = page.document, page.known
    with ui.element("div").classes("form-group"):
        asking.range_picker(known, document.get("range"), lambda range_: page.set(range=range_))
        asking.choice("By", _UNITS, document.get("unit", "day"), lambda unit: page.set(unit=unit))
        cohort = document.get("cohort_unit", "month")
        asking.choice("Cohorts by", _COHORTS, cohort, lambda unit: page.set(cohort_unit=unit))
    with ui.element("div").classes("form-group"):
        parts.text_element("h2", "Orders")
        _events(page)
        asking.conditions(known, document.get("where"), lambda where: page.set(where=where))
    with ui.element("div").classes("form-group"):
        parts.text_element("h2", "Breakdown")
        asking.breakdown(known, document.get("breakdown", []), lambda fields: page.set(breakdown=fields))


def _events(page: QuestionPage) -> None:
    """Several names, none for every event with a value and a currency."""
    given = page.document.get("event") or []
    chosen = [given] if isinstance(given, str) else list(given)
    offered = {name: name for name in [*page.known.events(), *chosen]}
    made = ui.select(
        offered,
        label="Events that tell of orders",
        value=chosen,
        multiple=True,
        with_input=True,
        on_change=lambda event: page.set(event=list(event.value)),
    )
    made.props("outlined dense options-dense use-chips bottom-slots").classes("pick")
    made.props["hint"] = "None: all with value and currency"
