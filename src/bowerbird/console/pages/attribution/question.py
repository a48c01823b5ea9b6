"""Attribution's page: two models side by side."""

from nicegui import ui

from bowerbird.console.pages.asking import QuestionPage
from bowerbird.console.pages.asking.address import Document
from bowerbird.console.pages.asking.asked import Asked
from bowerbird.console.pages.asking.view import View
from bowerbird.console.pages.attribution import shown
from bowerbird.console.pages.page import Page
from bowerbird.insights.base import Answer


class AttributionPage(QuestionPage):
    def __init__(self, page: Page, view: View, default: Document) -> None:
        super().__init__(page, view, default)
        other = page.query.get("with", "")
        self.also = {"with": other} if other in shown.MODELS else {}

    def ask(self) -> None:
        """As soon as it is said what a conversion is."""
        if self.document.get("conversion", {}).get("event"):
            super().ask()

    def compare(self, model: str) -> None:
        """With another model; '' for none."""
        self.also = {"with": model} if model else {}
        self.ask()

    def show(self, answer: Answer) -> None:
        other = self.also.get("with")
        if other is None:
            shown.show(answer, self.mode)
            return
        asked = Asked(self.page, self.view.kind, self.document | {"model": other})
        place = ui.element("div").classes("place")
        self.page.ask(asked.work, lambda second: shown.show(answer, self.mode, second), asked.cancel, place)
