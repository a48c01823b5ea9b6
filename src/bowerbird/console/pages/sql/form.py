"""The editor of a SQL question, and what there is to select from."""

from nicegui import ui

from bowerbird.console.pages import asking, parts
from bowerbird.console.pages.asking import QuestionPage
from bowerbird.console.pages.asking.asked import Asked
from bowerbird.insights.base import Answer
from bowerbird.insights.sql import LONGEST, MOST_ROWS

_EXAMPLE = """SELECT name, count(*) AS events, count(DISTINCT person) AS people
FROM events
WHERE occurred_at >= today() - 30
GROUP BY name
ORDER BY events DESC"""
_TABLES = {
    "events": "every stored event; person is the person of this moment",
    "traits": "the newest value of each trait of a person, as JSON",
    "people": "everybody who has an event",
}
_LIMIT = 1000


def build_form(page: QuestionPage) -> None:
    document = page.document
    text = ui.textarea("Statement", value=document.get("sql", _EXAMPLE)).props("outlined").classes("sql-text")
    text.props["maxlength"] = LONGEST
    text.props("spellcheck=false autocapitalize=off autocomplete=off")
    limit = document.get("limit", _LIMIT)

    def set_limit(given: float | None) -> None:
        nonlocal limit
        limit = min(max(int(given or 1), 1), MOST_ROWS)

    def run() -> None:
        page.set(sql=text.value or "", limit=limit)

    text.on("keydown.ctrl.enter", run)
    text.on("keydown.meta.enter", run)
    with ui.element("div").classes("row-line"):
        ui.button("Run", icon="play_arrow", on_click=run).props("unelevated no-caps").tooltip("Ctrl + Enter")
        asking.number("Rows at most", limit, set_limit, 1, MOST_ROWS).classes("rows-at-most")
    with ui.expansion("Tables and columns").classes("more"):
        schemas = ui.element("div").classes("schemas")
    for table in _TABLES:
        with schemas:
            _describe(page, table)


def _describe(page: QuestionPage, table: str) -> None:
    asked = Asked(page.page, "sql", {"sql": f"SELECT * FROM {table} LIMIT 0", "limit": 1})  # noqa: S608  # our own names
    spot = ui.element("div").classes("place")
    page.page.ask(asked.work, lambda answer: _columns(table, answer), asked.cancel, spot)


def _columns(name: str, answer: Answer) -> None:
    parts.text_element("h3", name)
    parts.note(_TABLES[name])
    with ui.element("div").classes("schema"):
        for column in answer.result.columns:
            ui.label(column.name).classes("code")
            ui.label(column.type).classes("note")
