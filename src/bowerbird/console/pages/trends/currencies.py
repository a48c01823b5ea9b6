"""Money that a trend adds up whatever its currency: said below the answer, with a way out."""

import msgspec
from msgspec import structs
from nicegui import ui
from nicegui.element import Element

from bowerbird.console.pages.asking import QuestionPage
from bowerbird.console.pages.asking.address import encode
from bowerbird.console.pages.asking.asked import Asked
from bowerbird.errors import BowerbirdError
from bowerbird.insights.base import Answer
from bowerbird.insights.breakdown import MOST_FIELDS, MOST_GROUPS
from bowerbird.insights.conditions import Condition
from bowerbird.insights.trend.answer import Trend
from bowerbird.insights.trend.question import Series, TrendQuestion

_FIELD = "currency"
_COUNTS = ("events", "persons")
_MOST_NAMED = 5


class TrendPage(QuestionPage):
    def below(self, answer: Answer) -> None:
        asked = currencies_asked(answer.question)
        if asked is None:
            return
        place = ui.element("div").classes("place")
        asking = Asked(self.page, self.view.kind, msgspec.to_builtins(asked))
        mixed = answer.question.formula is not None
        self.page.fetch(lambda: _currencies(asking, mixed), lambda found: self._say(place, found))

    def _say(self, place: Element, currencies: list[str]) -> None:
        if place.is_deleted or not currencies:
            return
        with place, ui.element("div").classes("notice").props("role=status"):
            ui.label(f"This puts {listed(currencies)} together as if they were one currency.")
            if len(self.document.get("breakdown", [])) < MOST_FIELDS:
                ui.button("Break down by currency", on_click=self._split).props("flat dense no-caps")

    def _split(self) -> None:
        """Opens the question anew, so that its form shows the breakdown."""
        breakdown = [*self.document.get("breakdown", []), _FIELD]
        self.page.navigate(self.view.path, q=encode(self.document | {"breakdown": breakdown}), **{"as": self.mode})


def currencies_asked(question: TrendQuestion) -> TrendQuestion | None:
    """A question for the currencies of what is measured; None where that is no money, or where they are told apart."""
    money = tuple(_having_value(each) for each in question.series if each.measure not in _COUNTS and each.of == "value")
    if not money or _FIELD in question.breakdown:
        return None
    return structs.replace(
        question, unit="month", series=money, breakdown=(_FIELD,), limit=MOST_GROUPS, formula=None, compare=None
    )


def mixed_currencies(trend: Trend, formula: bool) -> list[str]:
    """What stands together in one number: of one series or, in a formula, of all."""
    found: dict[str, list[str]] = {}
    for line in trend.lines:
        if line.group and line.group[0] is not None and line.total:
            found.setdefault("" if formula else line.label, []).append(line.group[0])
    mixed = {name for names in found.values() if len(set(names)) > 1 for name in names}
    return sorted(mixed)


def listed(names: list[str]) -> str:
    """`EUR, GBP and USD`."""
    shown = names if len(names) <= _MOST_NAMED else [*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} more"]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _having_value(series: Series) -> Series:
    has_value = Condition(field="value", op="set")
    where = has_value if series.where is None else Condition(all=(series.where, has_value))
    return Series(event=series.event, where=where)


async def _currencies(asked: Asked, formula: bool) -> list[str]:
    """Nothing where it cannot be told, as to who may not see currencies."""
    try:
        return mixed_currencies((await asked.work()).result, formula)
    except BowerbirdError:
        return []
