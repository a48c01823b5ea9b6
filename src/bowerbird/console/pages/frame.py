"""What stands around every page: navigation, header, and the place for the page itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from nicegui import ui

from bowerbird.console import assets
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.parts.messages import empty_state, failure, tell
from bowerbird.console.pages.parts.text import text_element
from bowerbird.console.pages.table import PAGES, Entry

_THEMES = {"auto": ("Auto", "brightness_auto", None), "light": ("Light", "light_mode", False)} | {
    "dark": ("Dark", "dark_mode", True)
}
_WIDE = 900
"""Pixels from which the navigation stands beside the page; below, it is a drawer."""

_ESCAPED = "(event) => event.target.closest('.q-drawer--mobile') && emit()"
_LEFT = """({ currentTarget: drawer, relatedTarget: to }) =>
    drawer.closest('.q-drawer--mobile') && to && !drawer.contains(to) && emit()"""


@contextmanager
def around(page: Page) -> Iterator[None]:
    """Builds the frame; what is built within stands in its middle."""
    _head()
    drawer = _navigation(page)
    _header(page, drawer)
    ui.context.client.on_exception(lambda error: tell("", error))
    with ui.element("div").classes("main") as middle:  # the framework's own `main` is around it
        ui.skip_link("Skip to the page", target=middle)
        yield


def show_forbidden(page: Page) -> None:
    empty_state(
        "This page is not for your role",
        f"You are {page.visitor.user}, {page.visitor.role} of workspace {page.workspace}. An owner of the workspace "
        "can give you another role, under Settings.",
    )


def show_failure(error: Exception) -> None:
    """Instead of a page that could not be built."""
    _head()
    with ui.element("div").classes("main alone"):
        text_element("h1", "This page could not be shown")
        failure(error)
        ui.link("To the overview", "/")


def _head() -> None:
    ui.add_head_html(f'<link rel="stylesheet" href="{assets.address("console.css")}">')
    for script in ("console.js", "numbers.js", "offers.js"):
        ui.add_head_html(f'<script src="{assets.address(script)}"></script>')


def _navigation(page: Page) -> ui.left_drawer:
    drawer = ui.left_drawer(value=False, bordered=True, top_corner=True, bottom_corner=True).classes("navigation")
    drawer.props(f"show-if-above breakpoint={_WIDE} width=228")
    with drawer:
        with ui.link(target="/").classes("brand"):
            ui.element("img").props(f'src="{assets.address("icon.svg")}" alt=""').classes("brand-icon")
            ui.label("Bowerbird")
        with ui.element("nav").props('aria-label="Pages"'):
            shown = [entry for entry in PAGES if entry.icon and page.visitor.can(entry.act)]
            for group, entries in groupby(shown, key=lambda entry: entry.group):
                if group:
                    ui.label(group).classes("navigation-group")
                for entry in entries:
                    _navigation_link(entry, page)
    return drawer


def _navigation_link(entry: Entry, page: Page) -> None:
    here = page.entry.path == entry.path or (entry.path != "/" and page.path.startswith(f"{entry.path}/"))
    link = ui.link(target=entry.path).classes("navigation-link here" if here else "navigation-link")
    if here:
        link.props["aria-current"] = "page"
    with link:
        ui.icon(entry.icon).props("aria-hidden=true")
        ui.label(entry.title)


def _header(page: Page, drawer: ui.left_drawer) -> None:
    with ui.header(bordered=True).classes("header"):
        menu = ui.button(icon="menu", on_click=drawer.toggle).props("flat round dense").classes("menu-button")
        menu.props["aria-label"] = "Pages"
        _keep_focus(drawer, menu)
        with ui.element("div").classes("where"):
            ui.icon("workspaces").props("aria-hidden=true")
            ui.label(page.workspace).classes("ellipsis").tooltip("Workspace")
        ui.space()
        _theme(page)
        _account(page)


def _keep_focus(drawer: ui.left_drawer, menu: ui.button) -> None:
    """Where the navigation covers the page it takes the focus, closes with Escape or when the focus leaves it, and
    gives the focus back."""

    def turned() -> None:
        menu.props["aria-expanded"] = "true" if drawer.value else "false"

    turned()
    drawer.on_value_change(turned)
    drawer.on("show", js_handler="() => document.querySelector('.q-drawer--mobile .navigation-link')?.focus()")
    drawer.on("hide", js_handler=f"() => getHtmlElement({menu.id})?.focus()")
    drawer.on("keydown.escape", drawer.hide, js_handler=_ESCAPED)
    drawer.on("focusout", drawer.hide, js_handler=_LEFT)


def _theme(page: Page) -> None:
    theme = page.theme if page.theme in _THEMES else "auto"
    dark = ui.dark_mode(_THEMES[theme][2])
    with ui.button(icon=_THEMES[theme][1]).props('flat round dense aria-label="Theme"') as button:
        button.tooltip("Theme")
        with ui.menu().props("auto-close"):
            for name, (title, icon, value) in _THEMES.items():

                def choose(name: str = name, icon: str = icon, value: bool | None = value) -> None:
                    dark.value = value
                    button.props["icon"] = icon
                    ui.run_javascript(f"bowerbird.remember_theme('{name}')")

                with ui.menu_item(on_click=choose), ui.element("div").classes("menu-line"):
                    ui.icon(icon).props("aria-hidden=true")
                    ui.label(title)


def _account(page: Page) -> None:
    user = page.visitor.user
    with ui.button(icon="account_circle").props("flat round dense") as button:
        button.props["aria-label"] = f"Signed in as {user}"
        with ui.menu(), ui.element("div").classes("account"):
            ui.label(user).classes("account-name")
            ui.label(f"{page.visitor.role} of {page.workspace}").classes("note")
            ui.link("Change password", "/password").classes("account-link")
            with ui.element("form").props("method=post action=/sign-out"):
                ui.button("Sign out", icon="logout").props("flat no-caps type=submit")
