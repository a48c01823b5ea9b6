"""The form of a question about retention."""

from typing import Any

from bowerbird.console.pages import asking
from bowerbird.console.pages.asking import QuestionPage
from bowerbird.insights.retention.question import MOST_PERIODS

_UNITS = {"day": "Day", "week": "Week", "month": "Month"}
_MODES = {"first_time": "Their first time ever", "recurring": "Each time"}
_RETURNED = {"on": "In that very period", "on_or_after": "In that period or later"}


def build_form(page: QuestionPage) -> None:
    document, known = page.document, page.known
    with asking.group():
        asking.range_picker(known, document.get("range"), lambda range_: page.set(range=range_))
        with asking.pair():
            asking.choice("By", _UNITS, document.get("unit", "week"), lambda unit: page.set(unit=unit))
            change = lambda given: _set_periods(page, given)  # noqa: E731
            asking.number("Periods", document.get("periods", 8), change, 1, MOST_PERIODS)
    with asking.group("Who begins"):
        _doing(page, "start", "Begins with")
        mode = document.get("mode", "first_time")
        asking.choice("Counted", _MODES, mode, lambda mode: page.set(mode=mode))
    with asking.group("Who comes back"):
        _doing(page, "return", "Comes back with")
        returned = document.get("returned", "on")
        asking.choice("When", _RETURNED, returned, lambda returned: page.set(returned=returned))
    asking.filters_group(page, "Filters for both")
    asking.breakdown_group(page, document.get("start", {}).get("event"))


def _doing(page: QuestionPage, name: str, label: str) -> None:
    doing: dict[str, Any] = dict(page.document.get(name, {}))

    def change(part: str, value: Any) -> None:
        doing[part] = value
        page.set(**{name: {part: each for part, each in doing.items() if each is not None}})

    asking.event_picker(page.known, label, doing.get("event"), lambda event: change("event", event))
    asking.conditions(page.known, doing.get("where"), lambda where: change("where", where), doing.get("event"))


def _set_periods(page: QuestionPage, given: float | None) -> None:
    if given is not None and 1 <= given <= MOST_PERIODS:
        page.set(periods=int(given))
