"""`/retention`: of those who began, how many came back."""

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.retention.form import build_form
from bowerbird.console.pages.retention.question import RetentionPage
from bowerbird.console.pages.retention.shown import VIEW

__all__ = ["VIEW", "build"]


def build(page: Page) -> None:
    parts.heading("Retention", "Of those who began in a day, week or month, how many came back in the ones after.")
    RetentionPage(page, VIEW, {"range": {"last": 8, "unit": "week"}}).build(build_form)
