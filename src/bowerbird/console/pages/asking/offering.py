"""Values offered below a field that is typed into, by `static/offers.js`; the field takes others, too."""

import logging
from collections.abc import Callable
from functools import partial

from nicegui import background_tasks, ui
from nicegui.element import Element

from bowerbird.console import personal
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.offered_values import PATIENCE
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.work import cancel_aside, in_thread
from bowerbird.console.turns import in_turn
from bowerbird.errors import BowerbirdError, QuestionInvalidError
from bowerbird.insights.base import Stop
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.offered import Wanted

Whose = Callable[[], tuple[str, str | None]]
"""The field whose values are offered now, '' for none, and the name of the events: None for any."""
Offer = Callable[[Element, Whose], None]
"""Offers values in a text field, which was made last."""
_LOG = logging.getLogger(__name__)


def offer_of(page: Page) -> Offer:
    return partial(_offer, page)


def _offer(page: Page, made: Element, whose: Whose) -> None:
    values = _Offered(page, ui.element("datalist"), whose)
    made.props(f"data-offers={values.place.html_id} aria-autocomplete=list")
    made.on("focus", values.look)
    made.on("blur", values.stop)
    made.client.on_delete(values.stop)


class _Offered:
    """Looks for them when somebody comes to the field, and stops when they go on before."""

    def __init__(self, page: Page, place: Element, whose: Whose) -> None:
        self.place = place
        self._page = page
        self._whose = whose
        self._shown: Wanted | None = None
        self._stop: Stop | None = None

    def look(self) -> None:
        wanted = _understood(*self._whose())
        if wanted == self._shown:
            return
        self.stop()
        self._show(wanted, [])
        if wanted is not None:
            self._stop = stop = Stop(PATIENCE)
            background_tasks.create(self._find(wanted, stop), name="a form's values")

    def stop(self) -> None:
        stop, self._stop = self._stop, None
        if stop is not None:
            self._shown = None  # whoever comes back is offered them
            cancel_aside(stop.cancel)

    async def _find(self, wanted: Wanted, stop: Stop) -> None:
        """Who is offered nothing goes on without."""
        try:
            found = await self._found(wanted, stop)
        except BowerbirdError:
            found = []
        except Exception:
            _LOG.exception("values of a field cannot be looked for")
            found = []
        if self._stop is stop:
            self._stop = None
            self._show(wanted, found)

    async def _found(self, wanted: Wanted, stop: Stop) -> list[str]:
        page, values = self._page, self._page.desk.values
        if await in_thread(partial(_hidden, page, wanted))():
            return []
        kept = values.kept(page.workspace, wanted)
        if kept is not None:
            return kept
        find = partial(values.find, page.workspace, wanted, stop)
        return await in_turn(page.sources.insights.turns, page.who, stop, find, PATIENCE)

    def _show(self, wanted: Wanted | None, values: list[str]) -> None:
        self._shown = wanted
        if self.place.is_deleted:
            return
        self.place.clear()
        with self.place:
            for value in values:
                ui.element("option").props["value"] = value


def _understood(field: str, event: str | None) -> Wanted | None:
    try:
        return Wanted(parse_field(field), event) if field else None
    except QuestionInvalidError:
        return None


def _hidden(page: Page, wanted: Wanted) -> bool:
    """Whether the visitor must not see the values. Blocking."""
    return personal.hides(masks_of(page), wanted.field)
