"""Dialogs: they take the focus, give it back, and close with Escape."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nicegui import ui

from bowerbird.console.pages.parts.text import text_element


@contextmanager
def dialog(title: str) -> Iterator[ui.dialog]:
    """An open dialog; what is built within stands below its title. `close()` it when done."""
    with ui.dialog().props("no-refocus=false") as made, ui.card().classes("dialog"):
        made.props["aria-label"] = title
        made.on("hide", made.delete)
        text_element("h2", title)
        yield made
    made.open()


def ask_first(question: str, consequence: str, action: str, then: Callable[[], None]) -> None:
    """Asks before something that cannot be undone. `action` is what the button says."""
    with dialog(question) as asked:
        text_element("p", consequence)
        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps autofocus")
            ui.button(action, on_click=lambda: (asked.close(), then())).props("unelevated no-caps color=negative")
