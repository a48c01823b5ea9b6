"""`/settings`: what an owner sets up for the workspace, one tab a module."""

from collections.abc import Callable
from typing import Any, NamedTuple

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.settings import keys, lists, retention, sites, users, workspace


class _Tab(NamedTuple):
    name: str
    title: str
    build: Callable[[Page], None]


_TABS = (
    _Tab("workspace", "Workspace", workspace.build),
    _Tab("keys", "API keys", keys.build),
    _Tab("lists", "Lists", lists.build),
    _Tab("sites", "Sites", sites.build),
    _Tab("users", "Users", users.build),
    _Tab("limits", "Limits", workspace.build_limits),
    _Tab("retention", "Retention", retention.build),
)


def build(page: Page) -> None:
    parts.heading("Settings", f"Of workspace {page.workspace}. A change reaches every process within a second.")
    names = [tab.name for tab in _TABS]
    wanted = page.query.get("tab", "")

    def turned(event: ValueChangeEventArguments[Any]) -> None:
        page.remember(tab=str(event.value))

    with ui.tabs(on_change=turned) as tabs:
        tabs.props("align=left no-caps outside-arrows mobile-arrows")
        for tab in _TABS:
            ui.tab(tab.name, tab.title)
    with ui.tab_panels(tabs, value=wanted if wanted in names else names[0], animated=False).props("keep-alive"):
        for tab in _TABS:
            with ui.tab_panel(tab.name):
                tab.build(page)
