"""`/settings`: what an owner sets up for the workspace, one tab a module."""

from collections.abc import Callable

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page

_TABS: tuple[tuple[str, str, Callable[[Page], None]], ...] = ()


def build(page: Page) -> None:
    parts.heading("Settings", f"Workspace {page.workspace}. Changes reach every process within a second.")
