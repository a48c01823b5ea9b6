"""A segment's page: pages of people, everybody as CSV, and saving under a name."""

from collections.abc import Iterator

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import QuestionPage
from bowerbird.console.pages.asking.call import curl
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.segments import kept
from bowerbird.console.pages.segments.form import EVERYBODY
from bowerbird.console.pages.work import in_thread
from bowerbird.console.personal import hidden_traits
from bowerbird.console.turns import each_in_turn
from bowerbird.insights.base import Answer
from bowerbird.insights.segment import SegmentResult

DEFAULT = {"condition": EVERYBODY, "traits": ["user_id", "email"]}
MOST_IN_FILE = 100_000
"""People whom the page gives as a file; the JSON API gives all."""


class SegmentPage(QuestionPage):
    kept_anew: parts.Then
    """What is done after the segment is saved."""

    def below(self, answer: Answer) -> None:
        result: SegmentResult = answer.result
        after = self.document.get("after")
        with ui.element("div").classes("row-line"):
            if after is not None:
                ui.button("First page", on_click=lambda: self.set(after=None)).props("flat dense no-caps")
            if result.next is not None:
                ui.button("Next page", on_click=lambda: self.set(after=result.next)).props("flat dense no-caps")

    def more_actions(self) -> None:
        if self.page.visitor.can("keep boards"):
            button = ui.button("Save segment", icon="bookmark_add", on_click=self._keep)
            button.props("flat dense no-caps")

    def export(self, answer: Answer) -> None:
        """Everybody, not the page of people alone."""
        document = {name: value for name, value in self.document.items() if name not in ("limit", "after")}
        if answer.result.count > MOST_IN_FILE:
            with parts.dialog("A large segment"):
                parts.note(f"The page gives at most {MOST_IN_FILE:,} people. The JSON API gives all:")
                parts.code_line(curl(self.page.address, "segment/csv", document))
            return
        zone = self.page.visitor.workspace.settings.timezone
        insights, workspace = self.page.sources.insights, self.page.workspace

        def begun() -> Iterator[bytes]:
            document["traits"] = self._shown(document.get("traits", []))
            return insights.people_csv(workspace, zone, document)

        async def write() -> bytes:
            pieces = await in_thread(begun)()
            return b"".join([piece async for piece in each_in_turn(insights.turns, self.page.who, pieces)])

        self.page.fetch(
            write,
            lambda content: ui.download.content(content, "segment.csv", "text/csv"),
        )

    def _shown(self, traits: list[str]) -> list[str]:
        """Those that the visitor may see; blocking."""
        hidden = hidden_traits(masks_of(self.page), traits)
        return [name for name in traits if name not in hidden]

    def _keep(self) -> None:
        kept.ask_for_name(self.page, self.document.get("condition", EVERYBODY), self.kept_anew)
