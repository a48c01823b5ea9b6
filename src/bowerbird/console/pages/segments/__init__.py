"""`/segments`: who did, or did not do, something, or has certain traits."""

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.segments.form import build_form
from bowerbird.console.pages.segments.kept import saved_ones
from bowerbird.console.pages.segments.question import DEFAULT, SegmentPage
from bowerbird.console.pages.segments.shown import VIEW

__all__ = ["VIEW", "build"]


def build(page: Page) -> None:
    parts.heading("Segments", "Who did, or did not do, something, or has certain traits. As of the moment of asking.")
    question = SegmentPage(page, VIEW, DEFAULT)
    question.build(build_form)
    question.kept_anew = saved_ones(page)
