"""Fields of a form: choices, event names, fields of events and people."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.elements.select import Select

from bowerbird.console.pages.asking.known import Known, escape, property_field, title
from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.fields import field as parse_field

_SELECT_ALL = "() => setTimeout(() => document.activeElement.select?.(), 0)"
"""Who begins to type replaces what stands there."""


class Typing(Select):
    """A search for one of the options, where others can be typed.

    Who leaves the field with Tab leaves its text behind, which the browser then gives as if it had been typed: the
    label of what is chosen means that, and no new value.
    """

    def _handle_new_value(self, value: str) -> Any:
        known = dict(zip(self._labels, self._values, strict=True))
        return known[value] if value in known else super()._handle_new_value(value)


Chosen = Callable[[Any], None]
"""Called with what was chosen."""


def choice(label: str, options: Mapping[Any, str], value: Any, on_change: Chosen) -> Select:
    """One of a few."""
    made = ui.select(dict(options), label=label, value=value, on_change=lambda event: on_change(event.value))
    made.props("outlined dense options-dense").classes("pick")
    return made


def text(label: str, value: str, on_change: Chosen) -> ui.input:
    """`on_change` is called when its writer pauses."""
    made = ui.input(label, value=value, on_change=lambda event: on_change(event.value or ""))
    made.props("outlined dense debounce=500").classes("pick")
    return made


def several(label: str, values: list[str], on_change: Chosen) -> ui.input_chips:
    """Any number of values, each ended with Enter."""
    made = ui.input_chips(
        label, value=values, new_value_mode="add-unique", on_change=lambda event: on_change(event.value)
    )
    made.props("outlined dense").classes("pick")
    return made


def number(
    label: str, value: float | None, on_change: Chosen, least: float | None = None, most: float | None = None
) -> ui.number:
    """`on_change` is called with None where nothing, or no number, stands. What is beyond `least` and `most` is put
    right when the field is left."""

    def changed(given: float | None) -> None:
        on_change(int(given) if given is not None and given == int(given) else given)

    made = ui.number(label, value=value, min=least, max=most, on_change=lambda event: changed(event.value))
    made.props("outlined dense debounce=500").classes("pick")
    return made


NOT_CHOSEN = ""
"""An event that is still to be chosen."""


def event_picker(known: Known, label: str, value: str | None, on_change: Chosen, any_event: bool = True) -> Select:
    """An event's name, searched by typing; None is any event, where that may be chosen."""
    options = {"": "Any event"} if any_event else {}
    options |= {name: name for name in known.events() if name}
    if value:
        options.setdefault(value, value)
    shown = None if value == NOT_CHOSEN or (value is None and not any_event) else value or ""
    return _typed(label, options, shown, lambda chosen: on_change(chosen or None))


def event_names(known: Known, label: str, names: list[str], on_change: Chosen) -> Select:
    """Names of several events."""
    options = {name: name for name in [*known.events(), *names] if name}
    made = ui.select(
        options,
        label=label,
        value=list(names),
        multiple=True,
        with_input=True,
        on_change=lambda event: on_change(list(event.value or [])),
    )
    made.props("outlined dense options-dense use-chips").classes("pick")
    return made


def field_picker(known: Known, label: str, value: str, on_change: Chosen, event: str | None = None) -> Select:
    """A property, column or trait; what was never seen can be typed: `plan`, `property:plan`, `trait:city`."""
    return _fields(known.fields(event), label, value, on_change)


def trait_picker(known: Known, label: str, value: str, on_change: Chosen) -> Select:
    """A trait of people; one that was never seen can be typed."""
    made = _fields(known.trait_fields(), label, value, on_change)
    made.key_generator = lambda given: given if given.startswith("trait:") else f"trait:{escape(given)}"
    return made


def number_picker(known: Known, label: str, value: str, on_change: Chosen, event: str | None = None) -> Select:
    """The event's value, or one of its properties: those that are numbers come first."""
    return _fields(known.fields(event, numbers=True), label, value, on_change)


def segment_picker(known: Known, label: str, value: str, on_change: Chosen) -> Select:
    options = {name: name for name in known.segments}
    if value:
        options.setdefault(value, value)
    return _searched(label, options, value or None, on_change)


def _fields(options: dict[str, str], label: str, value: str, on_change: Chosen) -> Select:
    if value:
        options.setdefault(value, title(value))
    made = _typed(label, options, value or None, lambda chosen: on_change(chosen or ""))
    made.key_generator = _meant
    return made


def _meant(given: str) -> str:
    """The field that somebody means who types `plan`."""
    try:
        parse_field(given)
    except QuestionInvalidError:
        return property_field(given)
    return given


def _searched(label: str, options: dict[Any, str], value: Any, on_change: Chosen) -> Select:
    return _pick(
        ui.select(options, label=label, value=value, with_input=True, on_change=lambda event: on_change(event.value))
    )


def _typed(label: str, options: dict[Any, str], value: Any, on_change: Chosen) -> Select:
    return _pick(
        Typing(
            options,
            label=label,
            value=value,
            new_value_mode="add-unique",
            on_change=lambda event: on_change(event.value),
        )
    )


def _pick(made: Select) -> Select:
    made.props("outlined dense options-dense").classes("pick")
    made.on("focus", js_handler=_SELECT_ALL)
    return made
