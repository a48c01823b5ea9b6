"""The form of a funnel."""

from typing import Any

from bowerbird.console.pages import asking
from bowerbird.console.pages.asking import QuestionPage
from bowerbird.console.pages.funnels.exclusions import ExclusionsForm
from bowerbird.console.pages.funnels.steps import StepsForm

_ORDERS = {"ordered": "One after the other", "strict": "With nothing in between", "any": "In any order"}
_UNITS = {"day": "days", "hour": "hours", "minute": "minutes", "second": "seconds"}

Steps = list[dict[str, Any]]


def build_form(page: QuestionPage) -> None:
    document, known = page.document, page.known
    exclusions = ExclusionsForm(page)

    def changed(steps: Steps) -> None:
        exclusions.fit(len(steps))
        page.set(steps=steps)

    with asking.group():
        asking.range_picker(known, document.get("range"), lambda range_: page.set(range=range_))
    with asking.group("Steps") as group:
        StepsForm(known, document.get("steps", []), changed).build(group)
    with asking.group():
        _window(page)
        asking.choice("Order", _ORDERS, document.get("order", "ordered"), lambda order: page.set(order=order))
    with asking.group("Not in between"):
        exclusions.build()
    asking.filters_group(page, "Filters for all steps")
    asking.breakdown_group(page)


def _window(page: QuestionPage) -> None:
    window = {"amount": 14, "unit": "day"} | page.document.get("window", {})

    def change(name: str, value: Any) -> None:
        if value:
            window[name] = value
            page.set(window=dict(window))

    with asking.pair():
        asking.number("Within", window["amount"], lambda amount: change("amount", amount), 1)
        asking.choice("Unit", _UNITS, window["unit"], lambda unit: change("unit", unit))
