"""Dialogs: they take the focus, give it back, and close with Escape."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nicegui import ui

from bowerbird.console.pages.parts.text import code_line, text_element

Then = Callable[[], None]
"""What to do next."""


@contextmanager
def dialog(title: str) -> Iterator[ui.dialog]:
    """An open dialog; what is built within stands below its title. `close()` it when done."""
    with ui.dialog() as made, ui.card().classes("dialog"):
        made.props["aria-label"] = title
        made.on("hide", made.delete)
        text_element("h2", title)
        yield made
    made.open()


def ask_first(question: str, consequence: str, action: str, then: Then) -> None:
    """Asks before something that cannot be undone. `action` is what the button says."""

    def go_on() -> None:
        asked.close()
        then()

    with dialog(question) as asked:
        text_element("p", consequence)
        with ui.element("div").classes("actions"):
            ui.button("Cancel", on_click=asked.close).props("flat no-caps autofocus")
            ui.button(action, on_click=go_on).props("unelevated no-caps color=negative")


def show_secret(title: str, name: str, secret: str) -> None:
    """Shows a secret that is kept nowhere, until its reader says that it is copied."""
    with dialog(title) as shown:
        shown.props("persistent")
        text_element("p", f"{name}, shown only now and kept nowhere: copy it before you close this.")
        code_line(secret)
        with ui.element("div").classes("actions"):
            ui.button("I have copied it", on_click=shown.close).props("unelevated no-caps")
