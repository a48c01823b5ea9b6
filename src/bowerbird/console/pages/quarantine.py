"""`/quarantine`: events that could not be processed, why, and another try for them."""

from typing import Any, NamedTuple

import msgspec
from nicegui import ui

from bowerbird.console.masks import MASK, Masks
from bowerbird.console.pages import parts
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.event import Event
from bowerbird.eventlog.codec import decode_one
from bowerbird.state.base import QuarantineEntry

_PAGE = 50


class _Found(NamedTuple):
    entries: list[QuarantineEntry]
    older: str
    masks: Masks


def build(page: Page) -> None:
    parts.load_ahead()
    parts.heading("Quarantine", "Accepted events that a step could not handle. They are kept, and lose nothing.")
    place = ui.element("div").classes("place")

    def look(before: str) -> None:
        page.remember(before=before)
        page.run(lambda: _find(page, before), lambda found: _show(page, found, before, look), place)

    look(page.query.get("before", ""))


def _find(page: Page, before: str) -> _Found:
    found = page.sources.catalog.quarantine(page.workspace, _PAGE + 1, before or None)
    older = found[_PAGE - 1].event_id if len(found) > _PAGE else ""
    return _Found(found[:_PAGE], older, masks_of(page))


def _show(page: Page, found: _Found, before: str, look: Any) -> None:
    if not found.entries:
        parts.empty_state(
            "Nothing is in quarantine",
            "Every accepted event went through. One that cannot is put here with its reason, and stops no other.",
        )
        return
    if page.visitor.can("retry"):
        with ui.element("div").classes("row-line"):
            every = ui.button("Retry all", icon="refresh").props("unelevated no-caps")
            every.on_click(lambda: _retry(page, None, every, look))
            parts.note("They go through the steps again; those that fail again stay here.")
    with ui.element("section").classes("panel"), ui.element("div").classes("lines"):
        for entry in found.entries:
            _line(page, entry, found.masks, look)
    with ui.element("div").classes("row-line"):
        if before:
            ui.button("Newest", icon="first_page", on_click=lambda: look("")).props("flat no-caps")
        if found.older:
            older = ui.button("Older", on_click=lambda: look(found.older))
            older.props("flat no-caps icon-right=chevron_right")


def _line(page: Page, entry: QuarantineEntry, masks: Masks, look: Any) -> None:
    event = decode_one(entry.payload)
    with ui.element("div").classes("line quarantined"):
        with ui.element("div").classes("line-main"):
            ui.link(event.name if isinstance(event, Event) else entry.event_id, f"/events/{entry.event_id}")
            ui.label(MASK if masks.hide_something else entry.reason)  # it may quote whatever the event carried
            with ui.element("p").classes("note"):
                ui.label(f"{entry.dialect}, in step {entry.step}, received")
                parts.when(entry.received_at)
            with ui.expansion("Payload").classes("more"):
                if isinstance(event, Event):
                    parts.json_block(_shown(event, masks), "the event")
                else:
                    parts.note(f"{len(event.raw):,} bytes that cannot be decoded.")
        if page.visitor.can("retry"):
            again = ui.button("Retry", icon="refresh").props("flat no-caps")
            again.props["aria-label"] = f"Retry {entry.event_id}"
            again.on_click(lambda: _retry(page, [entry.event_id], again, look))


def _retry(page: Page, event_ids: list[str] | None, button: ui.button, look: Any) -> None:
    def done(result: tuple[int, int]) -> None:
        released, stayed = result
        parts.tell(f"{released:,} went through, {stayed:,} stayed")
        look("")

    def failed() -> None:
        button.enable()

    button.disable()
    page.act(lambda: page.sources.engine.retry(page.workspace, event_ids), done, failed)


def _shown(event: Event, masks: Masks) -> dict[str, Any]:
    fields = masks.named({name: value for name, value in msgspec.structs.asdict(event).items() if value is not None})
    traits = masks.named(event.traits)
    others = {kind: MASK if masks.hides_name(kind) else value for kind, value in event.other_ids.items()}
    return fields | {
        "properties": masks.properties(event.name, event.properties),
        "traits": traits,
        "other_ids": others,
    }
