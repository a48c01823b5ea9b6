"""A question's page: its form, its answer, and what can be done with the answer."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nicegui import ui

from bowerbird.console import assets
from bowerbird.console.api.boards import Tile
from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import saving
from bowerbird.console.pages.asking.about import asked_of, title_of
from bowerbird.console.pages.asking.address import Document, decode, encode, understood
from bowerbird.console.pages.asking.asked import Asked
from bowerbird.console.pages.asking.call import curl
from bowerbird.console.pages.asking.freshness import freshness
from bowerbird.console.pages.asking.known import Known, learn
from bowerbird.console.pages.asking.view import View
from bowerbird.console.pages.first_event import ask_for_events
from bowerbird.console.pages.page import Page
from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.base import Answer

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def add_assets() -> None:
    """For pages that show forms or answers of questions."""
    ui.add_head_html(f'<link rel="stylesheet" href="{assets.address("asking.css")}">')
    ui.add_head_html(f'<script src="{assets.address("asking.js")}"></script>')
    parts.load_ahead(charts=True)


class QuestionPage:
    """One question, kept in the address as `?q=` (the document) and `?as=` (how the answer is shown).

    `document` is the question in the JSON API's shape. A form changes it with `set`, which asks anew.
    """

    def __init__(self, page: Page, view: View, default: Document) -> None:
        """`default`: the question of a page that is opened without one."""
        self.page = page
        self.view = view
        self._unreadable: QuestionInvalidError | None = None
        self.document = self._opened(default)
        self.mode = view.mode(page.query.get("as", "")).name
        self.also: dict[str, str] = {}
        """What else of the page stands in its address."""
        self.known: Known
        self._answer: Answer | None = None

    def build(self, form: Callable[["QuestionPage"], None], before: Callable[[], None] | None = None) -> None:
        """Builds the page below its heading. `form` builds the fields once `known` is there; `before` says what to
        do, where the answer will stand, on a page that is opened without a question and has no default."""
        add_assets()
        if self._unreadable is not None:
            parts.failure(self._unreadable)
        with ui.element("div").classes("asking stacked" if self.view.stacked else "asking"):
            with ui.element("section").classes("panel form") as panel:
                panel.props["aria-label"] = "The question"
                self._fields = ui.element("div").classes("place")
            with ui.element("section").classes("panel answer") as panel:
                panel.props["aria-label"] = "The answer"
                self._bar()
                self._result = ui.element("div").classes("place result")
        self.page.run(lambda: learn(self.page), lambda known: self._build_form(known, form), self._fields)
        if self.document:
            self.ask()
        elif before is not None:
            with self._result:
                before()

    def set(self, **parts_: Any) -> None:
        """Changes fields of the document, leaves out those that are empty, and asks."""
        self.replace(self.document | parts_)

    def replace(self, document: Mapping[str, Any]) -> None:
        """Takes another document, and asks."""
        self.document = {name: value for name, value in document.items() if value not in _EMPTY}
        self.ask()

    def ask(self) -> None:
        """Asks, and shows the answer when it comes; a question that is under way is cancelled."""
        self._remember()
        self._answer = None
        self._result.props["data-title"] = title_of(self.view.kind, self.document)
        self._result.props["data-asked"] = asked_of(self.view.kind, self.document)
        asked = Asked(self.page, self.view.kind, self.document)
        work = partial(asked.then, partial(self.view.named, self.page))
        self.page.ask(work, self._show, asked.cancel, self._result)

    def export(self, answer: Answer) -> None:
        """Gives the answer as a file."""
        table = self.view.table(answer, self.mode)
        parts.download_csv(self.view.kind, [column.title for column in table.columns], table.rows)

    def show(self, answer: Answer) -> None:
        """Builds the answer; pages whose numbers can be opened do more than boards do."""
        self.view.show(answer, self.mode, self.page.sources.clock.now())

    def below(self, answer: Answer) -> None:
        """Builds what stands below an answer on its page, and not on boards."""

    def more_actions(self) -> None:
        """Builds further buttons beside those that every question has."""

    def _opened(self, default: Document) -> Document:
        try:
            given = decode(self.page.query.get("q", ""))
            return understood(self.view.kind, given) if given else default
        except QuestionInvalidError as error:
            self._unreadable = error
            return default

    def _build_form(self, known: Known, form: Callable[["QuestionPage"], None]) -> None:
        self.known = known
        form(self)

    def _show(self, answer: Answer) -> None:
        self._answer = answer
        if answer.freshness.last_received_at is None:
            ask_for_events(self.page)
            return
        if self.view.is_empty(answer):
            parts.empty_state("Nothing found", "Choose a longer range, another event, or fewer filters.")
        else:
            self.show(answer)
            self.below(answer)
        freshness(answer, self.page.sources.clock.now())

    def _bar(self) -> None:
        with ui.element("div").classes("row-line spread"):
            if len(self.view.modes) > 1:
                modes = {mode.name: mode.title for mode in self.view.modes}
                toggle = ui.toggle(modes, value=self.mode, on_change=lambda event: self._turn(event.value))
                toggle.props("unelevated no-caps dense padding='4px 12px'").props["aria-label"] = "Show as"
            ui.space()
            self._actions()

    def _actions(self) -> None:
        with ui.element("div").classes("row-line answer-actions"):
            self.more_actions()
            if self.page.visitor.can("keep boards"):
                ui.button("Save to board", icon="dashboard_customize", on_click=self._save).props("flat dense no-caps")
            ui.button("CSV", icon="download", on_click=self._export).props("flat dense no-caps")
            if any(mode.is_chart for mode in self.view.modes):
                self._picture_button()
            call = ui.button("Copy as API call", icon="terminal", on_click=self._call).props("flat dense no-caps")
            call.tooltip("A curl line that asks the same")

    def _picture_button(self) -> None:
        button = ui.button("PNG", icon="image").props("flat dense no-caps")
        button.props["data-picture"] = self.view.kind
        button.on("click", js_handler="(event) => bowerbird.picture(event.currentTarget)")

    def _turn(self, mode: str) -> None:
        self.mode = mode
        self._remember()
        if self._answer is not None:
            self._result.clear()
            with self._result:
                self._show(self._answer)

    def _remember(self) -> None:
        mode = "" if self.mode == self.view.modes[0].name else self.mode
        self.page.remember(q=encode(self.document), **{"as": mode}, **self.also)

    def _export(self) -> None:
        if self._answer is None:
            parts.tell("", QuestionInvalidError("there is no answer yet", "Ask first."))
        else:
            self.export(self._answer)

    def _call(self) -> None:
        with parts.dialog("Ask the same over the JSON API") as shown:
            parts.note("KEY is an API key of this workspace with the scope insights:read.")
            parts.code_line(curl(self.page.address, self.view.kind, self.document))
            with ui.element("div").classes("actions"):
                ui.button("Close", on_click=shown.close).props("flat no-caps")

    def _save(self) -> None:
        kind = self.view.kind
        saving.ask_for_board(self.page, Tile(title_of(kind, self.document), kind, self.document, self.mode))
