"""Names with their values, times, and what happened in which order."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from nicegui import ui
from nicegui.element import Element

from bowerbird.console import answers
from bowerbird.console.pages.parts.text import copy_button, text_element


def when(micros: int) -> Element:
    """A time, in the browser's own; without script in UTC."""
    iso = answers.iso(micros)
    shown = text_element("time", f"{iso[:19].replace('T', ' ')} UTC")
    shown.props["datetime"] = iso
    return shown


def facts(pairs: Iterable[tuple[str, Any]]) -> Element:
    """Names with values; those that are None or '' are left out, and a function builds its value itself."""
    with ui.element("dl").classes("facts") as made:
        for name, value in pairs:
            if value is None or value == "":
                continue
            text_element("dt", name)
            with ui.element("dd"):
                if callable(value):
                    value()
                else:
                    ui.label(written(value))
    return made


def fields(values: Mapping[str, Any]) -> Element:
    """What a sender sent, by name; texts as they are, all else as JSON."""
    return facts(
        [(name, "null" if value is None else value if value != "" else '""') for name, value in values.items()]
    )


def written(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()


def json_block(value: Any, label: str) -> Element:
    """JSON, indented, in a box that scrolls, with a button that copies it."""
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode()
    with ui.element("div").classes("code-line") as made:
        shown = text_element("pre", text).classes("code json")
        shown.props["tabindex"] = "0"
        shown.props["aria-label"] = label
        copy_button(text, f"Copy {label}")
    return made


@contextmanager
def timeline(label: str) -> Iterator[None]:
    """A vertical line of `happened`s, in their order."""
    with ui.element("ol").classes("timeline") as made:
        made.props["aria-label"] = label
        yield


@contextmanager
def happened(title: str, icon: str, tone: str = "") -> Iterator[None]:
    """One thing on a timeline; what is built within stands below its title. `tone`: '', `good`, `bad` or `warn`."""
    with ui.element("li").classes(f"happened {tone}"):
        ui.icon(icon).props("aria-hidden=true").classes("happened-icon")
        with ui.element("div").classes("happened-body"):
            text_element("h3", title)
            yield
