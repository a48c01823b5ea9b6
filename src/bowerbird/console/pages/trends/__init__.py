"""`/trends`: how many, how much, over time."""

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.trends.currencies import TrendPage
from bowerbird.console.pages.trends.form import build_form
from bowerbird.console.pages.trends.shown import VIEW

__all__ = ["VIEW", "build"]


def build(page: Page) -> None:
    parts.heading("Trends", "How many, how much, over time.")
    TrendPage(page, VIEW, {"range": {"last": 30}}).build(build_form)
