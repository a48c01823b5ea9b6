"""`/funnels`: how many get from one event to the next, how fast, and where they stop."""

from bowerbird.console.pages import parts
from bowerbird.console.pages.funnels.form import build_form
from bowerbird.console.pages.funnels.question import FunnelPage
from bowerbird.console.pages.funnels.shown import VIEW
from bowerbird.console.pages.page import Page

__all__ = ["VIEW", "build"]


def build(page: Page) -> None:
    parts.heading("Funnels", "How many get from one event to the next, how fast, and where they stop.")
    FunnelPage(page, VIEW, {}).build(build_form, _what_to_do)


def _what_to_do() -> None:
    parts.empty_state(
        "Choose two steps",
        "Choose the event that people begin with and the one that they should get to. Add the steps in between, and "
        "see where people stop.",
    )
