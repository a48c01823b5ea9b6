"""What a visitor does not see."""

from bowerbird.console.masks import Masks
from bowerbird.console.pages.page import Page


def masks_of(page: Page) -> Masks:
    """Blocking: reads the registry."""
    if page.visitor.can("see personal data"):
        return Masks()
    return Masks(page.sources.described.all(page.workspace))
