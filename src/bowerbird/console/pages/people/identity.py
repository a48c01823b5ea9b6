"""Which ids became one person, and which were kept apart."""

from nicegui import ui

from bowerbird.console.masks import MASK, Masks
from bowerbird.console.pages import parts
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.people.acts import undo_button
from bowerbird.state.base import Conflict, Merge, Person


def show_merges(page: Page, person: Person, masks: Masks) -> None:
    if not person.merges:
        return
    with parts.section("Merges", "Ids that an event named together."), ui.element("div").classes("lines"):
        for merge in reversed(person.merges):
            _merge(page, merge, masks)
        _more(len(person.merges), person.merges_total)


def show_conflicts(person: Person, masks: Masks) -> None:
    if not person.conflicts:
        return
    note = "An event named this person together with another who has a user id of its own; they were kept apart."
    with parts.section("Conflicts", note), ui.element("div").classes("lines"):
        for conflict in reversed(person.conflicts):
            _conflict(conflict, masks)
        _more(len(person.conflicts), person.conflicts_total)


def _more(shown: int, total: int) -> None:
    if shown < total:
        parts.note(f"The latest {shown:,} of {total:,}; the person’s export has all.")


def _merge(page: Page, merge: Merge, masks: Masks) -> None:
    pairs = (f"{kind} {MASK if masks.hides_name(kind) else value}" for kind, value in merge.identifiers)
    with ui.element("div").classes("line merge"):
        with ui.element("div").classes("line-main"):
            ui.label(" and ".join(pairs))
            ui.label(f"{merge.absorbed} into {merge.survivor}").classes("code note")
            with ui.element("p").classes("note"):
                parts.when(merge.merged_at)
                ui.link("by this event", f"/events/{merge.event_id}")
            if merge.undone_at is not None:
                with ui.element("p").classes("note"):
                    ui.label("Undone ").classes("inline")
                    parts.when(merge.undone_at)
                    ui.link("the other person", f"/people/{merge.absorbed}")
        if merge.undone_at is None and page.visitor.can("change people"):
            undo_button(page, merge)


def _conflict(conflict: Conflict, masks: Masks) -> None:
    value = MASK if masks.hides_name(conflict.kind) else conflict.value
    how = "went over to" if conflict.resolution == "moved" else "stayed with"
    with ui.element("div").classes("line"), ui.element("div").classes("line-main"):
        ui.label(f"{conflict.kind} {value} {how} one of two people")
        with ui.element("p").classes("note"):
            parts.when(conflict.at)
            ui.link("the event", f"/events/{conflict.event_id}")
            ui.link("whom it went to", f"/people/{conflict.person_id}")
            ui.link("the other", f"/people/{conflict.other_id}")
