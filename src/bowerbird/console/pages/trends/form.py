"""The form of a trend."""

from typing import Any

from nicegui import ui

from bowerbird.console.pages import asking, parts
from bowerbird.console.pages.asking import QuestionPage
from bowerbird.insights.trend.question import MOST_SERIES

_MEASURES = {
    "events": "Events",
    "persons": "Persons",
    "sum": "Sum of",
    "average": "Average of",
    "minimum": "Minimum of",
    "maximum": "Maximum of",
    "percentile": "Percentile of",
}
_UNITS = {"hour": "Hour", "day": "Day", "week": "Week", "month": "Month"}
_COMPARE = {"": "Nothing", "previous": "The period before"}
_LETTERS = "ABCDEFGHIJ"
_OF_NUMBERS = frozenset(_MEASURES) - {"events", "persons"}

Series = dict[str, Any]


def build_form(page: QuestionPage) -> None:
    document, known = page.document, page.known
    with ui.element("div").classes("form-group"):
        asking.range_picker(known, document.get("range"), lambda range_: page.set(range=range_))
        asking.choice("By", _UNITS, document.get("unit", "day"), lambda unit: page.set(unit=unit))
    with ui.element("div").classes("form-group"):
        _SeriesForm(page).build(ui.element("div").classes("form-group"))
    asking.filters_group(page, "Filters for all series", _first_event(page))
    asking.breakdown_group(page, _first_event(page))
    with ui.element("div").classes("form-group"):
        formula = asking.text("Formula", document.get("formula", ""), lambda text: page.set(formula=text.strip()))
        formula.props["placeholder"] = "A / B * 100"
        compare = document.get("compare", "")
        asking.choice("Compare with", _COMPARE, compare, lambda chosen: page.set(compare=chosen))


class _SeriesForm:
    """The document's series, each with event, measure and filters."""

    def __init__(self, page: QuestionPage) -> None:
        self._page = page
        self._series: list[Series] = [dict(each) for each in page.document.get("series", [{}])]

    def build(self, place: ui.element) -> list[ui.element]:
        """What can take the focus: the series, and what adds one."""
        place.clear()
        drawn: list[ui.element] = []
        with place:
            for number, series in enumerate(self._series):
                with ui.element("div").classes("series") as box:
                    self._head(number, series, place)
                    self._fields(series)
                drawn.append(box)
            if len(self._series) < MOST_SERIES:
                add = ui.button("Add series", icon="add", on_click=lambda: self._add(place))
                drawn.append(add.props("flat dense no-caps").classes("self-start"))
        return drawn

    def _head(self, number: int, series: Series, place: ui.element) -> None:
        label = series.get("label") or _LETTERS[number]

        def remove() -> None:
            self._series = [each for each in self._series if each is not series]
            self._changed()
            parts.take_focus(self.build(place)[-1])

        with ui.element("div").classes("series-head"):
            parts.text_element("h3", f"Series {label}")
            if len(self._series) > 1:
                button = ui.button(icon="close", on_click=remove).props("flat dense round size=sm")
                button.props["aria-label"] = f"Remove series {label}"

    def _fields(self, series: Series) -> None:
        known = self._page.known

        def choose(event: str | None) -> None:
            self._set(series, "event", event)
            filters()

        def measure(name: str) -> None:
            self._set(series, "measure", name)
            draw_measured()

        def draw_measured() -> None:
            measured.clear()
            with measured:
                self._measured(series)

        def filters() -> None:
            below.clear()
            with below:
                set_where = lambda where: self._set(series, "where", where)  # noqa: E731
                asking.conditions(known, series.get("where"), set_where, series.get("event"))

        asking.event_picker(known, "Event", series.get("event"), choose)
        asking.choice("Measure", _MEASURES, series.get("measure", "events"), measure)
        measured = ui.element("div").classes("condition-value")
        draw_measured()
        below = ui.element("div").classes("conditions")
        filters()

    def _measured(self, series: Series) -> None:
        name = series.get("measure", "events")
        if name not in _OF_NUMBERS:
            return
        set_of = lambda field: self._set(series, "of", field)  # noqa: E731
        asking.number_picker(self._page.known, "Of", series.get("of", "value"), set_of, series.get("event"))
        if name == "percentile":
            set_rank = lambda rank: self._set(series, "percentile", rank)  # noqa: E731
            asking.number("Percentile", series.get("percentile", 50), set_rank, 0, 100)

    def _add(self, place: ui.element) -> None:
        self._series.append({})
        self._changed()
        parts.take_focus(self.build(place)[len(self._series) - 1])

    def _set(self, series: Series, name: str, value: Any) -> None:
        if value in (None, ""):
            series.pop(name, None)
        else:
            series[name] = value
        self._changed()

    def _changed(self) -> None:
        self._page.set(series=[dict(each) for each in self._series])


def _first_event(page: QuestionPage) -> str | None:
    event: str | None = page.document.get("series", [{}])[0].get("event")
    return event
