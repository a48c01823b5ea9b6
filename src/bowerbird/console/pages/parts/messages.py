"""What is said when there is nothing to show, when something went wrong, and when something is done."""

import re
from collections.abc import Callable
from typing import Any

from nicegui import ui

from bowerbird.console.pages.parts.text import code_line, prose, text_element
from bowerbird.errors import BowerbirdError

_PLACE = re.compile(r" - at `\$[^`]*`$")
"""Where in the JSON of a question something is wrong, which a form does not show."""
_WORD = re.compile(r"[a-z]+[,:;]?(?= |$)")
_TOLD: dict[str, Any] = {"group": "told", "badge_style": "display: none"}
"""What is told takes the place of what was told before: an error does not stay beside its mending."""


def empty_state(title: str, next_step: str, curl: str = "") -> None:
    """There is nothing here yet, and this is what to do about it. `curl`: a request ready to paste."""
    with ui.element("div").classes("empty"):
        text_element("h2", title)
        prose(next_step)
        if curl:
            code_line(curl)


def failure(error: Exception, again: Callable[[], None] | None = None) -> None:
    """What went wrong and what to do, where the result would stand. Internals stay in the engine's output."""
    message, hint = words(error)
    with ui.element("div").classes("problem").props("role=alert"):
        text_element("strong", message)
        if hint:
            prose(hint)
        if again is not None:
            ui.button("Try again", on_click=again).props("flat dense no-caps")


def tell(text: str, error: Exception | None = None) -> None:
    """A short message at the page's edge: `text`, or why it did not work out."""
    if error is None:
        ui.notify(text, type="positive", timeout=3000, **_TOLD)
        return
    message, hint = words(error)
    said = f"{message}. {hint}" if hint else message
    ui.notify(said, type="negative", timeout=8000, close_button="Close", **_TOLD)


def told(text: str, then: Callable[[], None]) -> Callable[[object], None]:
    """What to do with the result of an act: says so, and goes on."""

    def done(_: object) -> None:
        tell(text)
        then()

    return done


def words(error: Exception) -> tuple[str, str]:
    """(what went wrong, what to do), for people."""
    if isinstance(error, BowerbirdError):
        return _sentence(_PLACE.sub("", str(error))), _sentence(error.hint)
    return "This did not work", "Try again; the engine’s output says why."


def _sentence(text: str) -> str:
    """Begins with a capital, unless it begins with a name: `klaviyo.burst`, a path, something in quotes."""
    return text[:1].upper() + text[1:] if _WORD.match(text) else text
