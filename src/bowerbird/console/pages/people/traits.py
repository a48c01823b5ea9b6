"""A person's traits, and what they were before."""

from itertools import groupby

import msgspec
from nicegui import ui

from bowerbird.console.masks import MASK, Masks
from bowerbird.console.pages import parts
from bowerbird.console.pages.parts.facts import written
from bowerbird.state.base import Person
from bowerbird.warehouse.facts import Told

_MOST = 50
"""Earlier values that are shown of a trait."""


def show_traits(person: Person, told: list[Told], masks: Masks) -> None:
    history = {name: _changes(list(values)) for name, values in groupby(told, lambda one: one.name)}
    with parts.section("Traits", "The newest value of each, by the time of the event that told it."):
        if not person.traits:
            parts.note("No event told a trait of this person.")
        with ui.element("div").classes("lines"):
            for name, value in sorted(person.traits.items()):
                with ui.element("div").classes("line"), ui.element("div").classes("line-main"):
                    ui.label(name).classes("note")
                    if masks.hides_name(name):
                        ui.label(MASK)
                    else:
                        ui.label(written(value)).classes("trait")
                        _history(name, history.get(name, []))


def _history(name: str, changes: list[Told]) -> None:
    if len(changes) < 2:
        return
    with ui.expansion(f"{len(changes)} values since").classes("more") as shown:
        shown.props["aria-label"] = f"Earlier values of {name}"
        with ui.element("div").classes("lines"):
            for one in reversed(changes[-_MOST:]):
                with ui.element("div").classes("line"):
                    ui.label(written(msgspec.json.decode(one.value))).classes("line-main")
                    parts.when(one.occurred_at)
                    ui.link("event", f"/events/{one.event_id}")


def _changes(values: list[Told]) -> list[Told]:
    """Without those that repeat the one before."""
    return [one for at, one in enumerate(values) if not at or one.value != values[at - 1].value]
