"""One asking of a question, from a page."""

from collections.abc import Callable
from typing import Any, TypeVar

from bowerbird.console import personal
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.console.turns import in_turn
from bowerbird.insights.base import Answer, Stop
from bowerbird.insights.kinds import KINDS
from bowerbird.insights.question import parse

T = TypeVar("T")


class Asked:
    """`work` and `cancel` are what `Page.ask` takes. `work` can be done again after `cancel`."""

    def __init__(self, page: Page, kind: str, document: dict[str, Any]) -> None:
        self._page = page
        self._kind = kind
        self._document = dict(document)
        self._stop = Stop()

    async def work(self) -> Answer:
        """Raises `QuestionInvalidError`, `QuestionStoppedError`, and `PersonalDataError` where the answer would tell
        the visitor what is marked as personal data."""
        return await self.then(lambda answer: answer)

    async def then(self, made: Callable[[Answer], T]) -> T:
        """What is made of the answer, in its turn. `made`: blocking. Raises what `work` raises."""
        self._stop = stop = Stop()
        turns = self._page.sources.insights.turns
        return await in_turn(turns, self._page.who, stop, lambda: made(self._answer(stop)))

    def _answer(self, stop: Stop) -> Answer:
        masks = masks_of(self._page)
        if self._kind in KINDS:
            personal.check(masks, parse(KINDS[self._kind].question, self._document))
        zone = self._page.visitor.workspace.settings.timezone
        answer = self._page.sources.insights.ask(self._page.workspace, zone, self._kind, self._document, stop)
        return personal.masked(masks, answer)

    def cancel(self) -> None:
        """Safe from any thread."""
        self._stop.cancel()
