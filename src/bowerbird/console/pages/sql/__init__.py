"""`/sql`: one SELECT on the workspace's own events."""

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import QuestionPage
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.sql.form import build_form
from bowerbird.console.pages.sql.shown import VIEW

__all__ = ["VIEW", "build"]


def build(page: Page) -> None:
    parts.heading("SQL", "Anything else: one SELECT, in DuckDB’s dialect, on this workspace’s own events.")
    QuestionPage(page, VIEW, {}).build(build_form, _before)


def _before() -> None:
    parts.note("Run the statement, or change it first. It can only read, and only this workspace.")
