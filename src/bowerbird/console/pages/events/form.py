"""The fields of a search for events."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nicegui import ui

from bowerbird.console.pages.asking.known import property_field
from bowerbird.console.pages.asking.offering import offer_of
from bowerbird.console.pages.events.columns import COLUMNS, PROPERTY, address, chosen
from bowerbird.console.pages.events.names import Names
from bowerbird.console.pages.events.search import RANGES, Search
from bowerbird.console.pages.page import Page

DIALECTS = ("scribe", "klaviyo", "flywheel", "successeve", "octeth")
Changed = Callable[..., None]
"""Called with the fields of `Search` that are to be others from now on."""


def build(page: Page, search: Search, names: Names, changed: Changed) -> None:
    def named(value: str) -> None:
        _offer(properties, names.properties(value))
        _offer(columns, _titles(names, value))
        changed(name=value)

    def ranged(value: str) -> None:
        dates.set_visibility(value == "dates")
        changed(range=value)

    with ui.element("div").classes("filters"):
        event = _pick("Event", names.events, search.name, named)
        _text("Person: id, e-mail, …", search.person, lambda value: changed(person=value))
        _pick("Dialect", DIALECTS, search.dialect, lambda value: changed(dialect=value))
        if lists := page.visitor.workspace.lists:
            titles = {number: f"{name} ({number})" for number, name in lists.items()}
            _pick("List", titles, search.list, lambda value: changed(list=value))
        offered = names.properties(search.name)
        properties = _pick("Property", offered, search.property, lambda value: changed(property=value))
        value_field = _text("Property is", search.value, lambda value: changed(value=value))
        value_field.bind_enabled_from(properties, "value", bool)
        offer_of(page)(value_field, lambda: (property_field(properties.value or ""), event.value or None))
        wanted = search.range if search.range in RANGES else ""
        _set(ui.select(dict(RANGES), label="When", value=wanted), ranged)
        value = chosen(search.columns)
        columns = ui.select(_with(_titles(names, search.name), value), label="Columns", value=value, multiple=True)
        _set(columns, lambda value: changed(columns=address(list(value)))).classes("wide")
        hidden = ui.switch("Show hidden names", value=search.hidden == "1")
        hidden.on_value_change(lambda event: changed(hidden="1" if event.value else ""))
    with ui.element("div").classes("filters") as dates:
        place = page.visitor.workspace.settings.timezone
        _time(f"From ({place})", search.since, lambda value: changed(since=value))
        _time(f"Before ({place})", search.until, lambda value: changed(until=value))
    dates.set_visibility(wanted == "dates")


def _set(made: ui.select, then: Callable[[Any], None]) -> ui.select:
    made.props("outlined dense options-dense").classes("pick")
    return made.on_value_change(lambda event: then(event.value or ""))


def _pick(label: str, options: Iterable[str] | Mapping[str, str], value: str, then: Callable[[str], None]) -> ui.select:
    """One of the options, found by typing; or none of them."""
    known = _with(_plain(options), [value] if value else [])
    return _set(ui.select(known, label=label, value=value or None, with_input=True, clearable=True), then)


def _offer(picked: ui.select, options: Iterable[str] | Mapping[str, str]) -> None:
    """Other options; what is picked stays one."""
    value = picked.value if isinstance(picked.value, list) else [picked.value] if picked.value else []
    picked.set_options(_with(_plain(options), value))


def _plain(options: Iterable[str] | Mapping[str, str]) -> dict[str, str]:
    return dict(options) if isinstance(options, Mapping) else {name: name for name in options}


def _with(options: dict[str, str], values: Iterable[str]) -> dict[str, str]:
    return {value: value.removeprefix(PROPERTY) for value in values} | options


def _titles(names: Names, event: str) -> dict[str, str]:
    titles = {name: column.title for name, column in COLUMNS.items()}
    return titles | {f"{PROPERTY}{name}": f"{name} (property)" for name in names.properties(event)}


def _text(label: str, value: str, then: Callable[[str], None]) -> ui.input:
    field = ui.input(label, value=value).props("outlined dense clearable debounce=500").classes("pick")
    return field.on_value_change(lambda event: then((event.value or "").strip()))


def _time(label: str, value: str, then: Callable[[str], None]) -> None:
    field = ui.input(label, value=value).props("outlined dense stack-label type=datetime-local debounce=500")
    field.classes("pick").on_value_change(lambda event: then(event.value or ""))
