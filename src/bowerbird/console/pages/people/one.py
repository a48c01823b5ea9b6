"""`/people/{person_id}`: a person's identifiers, traits, accounts, events, merges and conflicts."""

from typing import NamedTuple

from nicegui import ui

from bowerbird.console.masks import MASK, Masks
from bowerbird.console.pages import parts
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.people import name_of
from bowerbird.console.pages.people.acts import erase_button
from bowerbird.console.pages.people.events import build_events
from bowerbird.console.pages.people.identity import show_conflicts, show_merges
from bowerbird.console.pages.people.traits import show_traits
from bowerbird.state.base import Person
from bowerbird.warehouse.facts import Told


class _Found(NamedTuple):
    person: Person | None
    told: list[Told]
    masks: Masks


def build(page: Page) -> None:
    ui.link("People", "/people").classes("back")
    page.run(lambda: _find(page), lambda found: _show(page, found))


def _find(page: Page) -> _Found:
    sources, workspace = page.sources, page.workspace
    person = sources.people.person(workspace, page.parameters["person_id"])
    nodes = [] if person is None else [person.person_id, *person.aliases]
    return _Found(person, sources.warehouse.told(workspace, nodes) if nodes else [], masks_of(page))


def _show(page: Page, found: _Found) -> None:
    person, masks = found.person, found.masks
    if person is None:
        parts.heading("Nobody has this id")
        parts.note("The person may have been erased. Look for somebody by an identifier instead.")
        parts.link("To people", "/people")
        return
    with ui.element("div").classes("row-line spread"):
        parts.heading(name_of(person, masks))
        if page.visitor.can("change people"):
            erase_button(page, person, name_of(person, masks))
    with ui.element("div").classes("columns event"):
        with ui.element("div").classes("place"):
            _identifiers(person, masks)
            _accounts(person)
            show_merges(page, person, masks)
            show_conflicts(person, masks)
        with ui.element("div").classes("place"):
            show_traits(person, found.told, masks)
    with parts.section("Events", "Newest first, of all ids that are this person now."):
        build_events(page, (person.person_id, *person.aliases), masks)


def _identifiers(person: Person, masks: Masks) -> None:
    with parts.section("Identifiers"):
        with ui.element("div").classes("lines"):
            for one in person.identifiers:
                with ui.element("div").classes("line"), ui.element("div").classes("line-main"):
                    ui.label(MASK if masks.hides_name(one["kind"]) else one["value"])
                    with ui.element("p").classes("note"):
                        ui.label(f"{one['kind']} since ").classes("inline")
                        parts.when(one["since"])
        parts.facts(
            [
                ("Person id", person.person_id),
                ("First seen", lambda: parts.when(person.created_at)),
                ("Merged into it", ", ".join(person.aliases)),
            ]
        )


def _accounts(person: Person) -> None:
    if not person.accounts:
        return
    with parts.section("Accounts"), ui.element("div").classes("tags"):
        for account in person.accounts:
            ui.label(account).classes("tag")
