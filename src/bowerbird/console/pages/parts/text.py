"""Headings, lines to paste, figures. All text is shown as text: data cannot become markup."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

_MARKED = re.compile(r"(`[^`]+`|(?<!\S)/docs\b)")


def text_element(tag: str, text: str) -> Element:
    """An HTML element with text."""
    return TextElement(tag=tag, text=text)


def heading(text: str, note_: str = "") -> None:
    """The page's one title, with a line below it that says what the page is for."""
    text_element("h1", text)
    if note_:
        note(note_)


@contextmanager
def section(title: str, note_: str = "") -> Iterator[Element]:
    """A panel with a title of its own."""
    with ui.element("section").classes("panel") as panel:
        subtitle(title)
        if note_:
            prose(note_).classes("note")
        yield panel


def subtitle(text: str) -> None:
    text_element("h2", text)


def note(text: str) -> None:
    """Something said beside the matter."""
    text_element("p", text).classes("note")


def prose(text: str) -> Element:
    """A paragraph of our own words: what stands in backticks is code, and /docs leads there."""
    pieces = _MARKED.split(text)
    if len(pieces) == 1:
        return text_element("p", text)
    with ui.element("p") as made:
        for at, piece in enumerate(pieces):
            if at % 2 == 0:
                text_element("span", piece)
            elif piece.startswith("`"):
                text_element("code", piece.strip("`"))
            else:
                ui.link(piece, piece)
    return made


def link(text: str, path: str) -> Element:
    """A link to a page of the console."""
    return ui.link(text, path)


def copy_button(text: str, what: str = "Copy") -> Element:
    """Copies the text; `what` is said to those who do not see the icon."""
    button = ui.button(icon="content_copy").props("flat dense round").classes("copy").tooltip(what)
    button.props["aria-label"] = what
    button.props["data-copy"] = text
    button.on("click", js_handler="(event) => bowerbird.copy(event.currentTarget)")
    return button


def code_line(text: str) -> Element:
    """A line or more, ready to paste, with a button that copies it."""
    with ui.element("div").classes("code-line") as made:
        ui.label(text).classes("code").props("tabindex=0")
        copy_button(text)
    return made


def figure(label: str, value: str, hint: str = "") -> Element:
    """One number that matters, with its name."""
    with ui.element("div").classes("figure") as made:
        ui.label(label).classes("figure-label")
        ui.label(value).classes("figure-value")
        if hint:
            ui.label(hint).classes("figure-hint")
    return made
