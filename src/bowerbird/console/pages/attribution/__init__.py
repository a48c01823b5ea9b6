"""`/attribution`: which campaigns, sources, media, referrers or links conversions are owed to."""

from bowerbird.console.pages import parts
from bowerbird.console.pages.attribution.form import build_form
from bowerbird.console.pages.attribution.question import AttributionPage
from bowerbird.console.pages.attribution.shown import VIEW
from bowerbird.console.pages.page import Page

__all__ = ["VIEW", "build"]


def build(page: Page) -> None:
    parts.heading("Attribution", "Which campaigns and links conversions, and their revenue, are owed to.")
    AttributionPage(page, VIEW, {}).build(build_form, _what_to_do)


def _what_to_do() -> None:
    parts.empty_state(
        "Choose what counts as a conversion",
        "Choose an event, such as a purchase. What people came by before it is found in utm_campaign, utm_source and "
        "utm_medium, in referrers, and in clicks on tracked links.",
    )
