"""The form of a question about attribution."""

from typing import Any

from bowerbird.console.pages import asking
from bowerbird.console.pages.asking import QuestionPage
from bowerbird.console.pages.attribution.question import AttributionPage
from bowerbird.console.pages.attribution.shown import BY, MODELS
from bowerbird.insights.attribution import LONGEST_LOOKBACK, MOST_KEYS


def build_form(page: QuestionPage) -> None:
    document, known = page.document, page.known
    with asking.group():
        asking.range_picker(known, document.get("range"), lambda range_: page.set(range=range_))
    with asking.group("Conversion"):
        _conversion(page)
    with asking.group("Owed to"):
        asking.choice("By", BY, document.get("by", "campaign"), lambda by: page.set(by=by))
        asking.choice("Model", MODELS, document.get("model", "last"), lambda model: page.set(model=model))
        if isinstance(page, AttributionPage):
            others = {"": "Nothing"} | MODELS
            asking.choice("Compare with", others, page.also.get("with", ""), page.compare)
        _number(page, "half_life", "Half-life in days, for decay", 7, LONGEST_LOOKBACK)
        with asking.pair():
            _number(page, "lookback", "Days before", 30, LONGEST_LOOKBACK)
            _number(page, "limit", "Names shown", 10, MOST_KEYS)
    with asking.group("Filters for touches"):
        asking.conditions(known, document.get("touches"), lambda where: page.set(touches=where))
    asking.filters_group(page, "Filters for conversions", document.get("conversion", {}).get("event"))


def _conversion(page: QuestionPage) -> None:
    conversion: dict[str, Any] = dict(page.document.get("conversion", {}))

    def change(part: str, value: Any) -> None:
        conversion[part] = value
        page.set(conversion={part: each for part, each in conversion.items() if each is not None})

    event = conversion.get("event")
    asking.event_picker(page.known, "Event", event, lambda event: change("event", event), any_event=False)
    asking.conditions(page.known, conversion.get("where"), lambda where: change("where", where), event)


def _number(page: QuestionPage, name: str, label: str, default: float, most: int) -> None:
    def change(given: float | None) -> None:
        if given is not None and 1 <= given <= most:
            page.set(**{name: given})

    asking.number(label, page.document.get(name, default), change, 1, most)
