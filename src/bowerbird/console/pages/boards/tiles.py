"""A tile: a saved question with its answer of this moment."""

from collections.abc import Callable
from functools import partial

from nicegui import ui

from bowerbird.console.api.boards import Tile
from bowerbird.console.pages import parts
from bowerbird.console.pages.asking.about import asked_of
from bowerbird.console.pages.asking.address import encode
from bowerbird.console.pages.asking.asked import Asked
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.views import VIEWS
from bowerbird.insights.base import Answer

Menu = list[tuple[str, Callable[[], None]]]
Named = Callable[[str], None]


def build(page: Page, tile: Tile, menu: Menu | None) -> None:
    """`menu`: what can be done with the tile; None: nothing."""
    view = VIEWS.get(tile.kind)
    with ui.element("section").classes("panel tile large" if tile.size == "large" else "panel tile") as panel:
        panel.props["aria-label"] = tile.title
        with ui.element("div").classes("tile-head"):
            parts.text_element("h2", tile.title)
            with ui.element("div").classes("row-line"):
                if view is not None:
                    _open_button(page, tile, view.path)
                if menu is not None:
                    _menu_button(tile, menu)
        place = ui.element("div").classes("place")
    asked = Asked(page, tile.kind, tile.question)
    work = partial(asked.then, partial(view.named, page)) if view else asked.work
    page.ask(work, lambda answer: _show(page, tile, answer), asked.cancel, place)


def _show(page: Page, tile: Tile, answer: Answer) -> None:
    view, now = VIEWS.get(tile.kind), page.sources.clock.now()
    with ui.element("p").classes("note tile-about"):
        parts.text_element("span", " · ".join(filter(None, [asked_of(tile.kind, tile.question), "asked "])))
        parts.when(now).classes("clock")
    if view is None:
        parts.note("The console cannot show this kind of answer; the JSON API gives it.")
    elif view.is_empty(answer):
        parts.note("Nothing found in the range of this question.")
    else:
        view.show(answer, view.mode(tile.view).name, now)


def _open_button(page: Page, tile: Tile, path: str) -> None:
    button = ui.button(
        icon="open_in_full", on_click=lambda: page.navigate(path, q=encode(tile.question), **{"as": tile.view})
    )
    button.props("flat round dense size=sm").tooltip("Open the question").props["aria-label"] = f"Open {tile.title}"


def _menu_button(tile: Tile, menu: Menu) -> None:
    with ui.button(icon="more_vert").props("flat round dense size=sm") as button:
        button.props["aria-label"] = f"Change {tile.title}"
        with ui.menu().props("auto-close"):
            for title, act in menu:
                ui.menu_item(title, act)
