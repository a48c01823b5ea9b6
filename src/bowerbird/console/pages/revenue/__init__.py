"""`/revenue`: what came in, from how many orders and buyers, and what cohorts of buyers are worth."""

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import QuestionPage
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.revenue.form import build_form
from bowerbird.console.pages.revenue.shown import VIEW

__all__ = ["VIEW", "build"]


def build(page: Page) -> None:
    parts.heading("Revenue", "Each order counts once, and each currency stands alone.")
    QuestionPage(page, VIEW, {"range": {"last": 30}}).build(build_form)
