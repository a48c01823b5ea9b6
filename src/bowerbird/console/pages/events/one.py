"""`/events/{event_id}`: one event, and its way from the request to the row."""

from typing import NamedTuple

from nicegui import ui

from bowerbird.audit.trace import Trace, Traces
from bowerbird.console import answers
from bowerbird.console.masks import Masks
from bowerbird.console.pages import parts
from bowerbird.console.pages.events.columns import amount
from bowerbird.console.pages.events.way import show_way
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.warehouse.base import StoredEvent


class _Found(NamedTuple):
    traces: Traces
    rows: dict[str, StoredEvent]
    """By event id; what is pending has none."""
    masks: Masks


def build(page: Page) -> None:
    event_id = page.parameters["event_id"]
    ui.link("Events", "/events").classes("back")
    parts.heading("Event", event_id)
    page.run(lambda: _find(page, event_id), _show)


def _find(page: Page, event_id: str) -> _Found:
    sources = page.sources
    traces = sources.trace(page.workspace, event_id)
    rows = {row.event_id: row for row in sources.warehouse.find(page.workspace, event_id)}
    return _Found(traces, rows, masks_of(page))


def _show(found: _Found) -> None:
    if not found.traces.found:
        parts.empty_state("No event has this id", found.traces.advice)
        parts.link("Look at the latest refusals", "/refusals")
        return
    if len(found.traces.found) > 1:
        parts.note(f"{len(found.traces.found)} events have this id: the sender used it more than once.")
    for one in found.traces.found:
        _event(one, found.rows.get(one.event_id), found.masks)


def _event(one: Trace, row: StoredEvent | None, masks: Masks) -> None:
    with ui.element("div").classes("columns event"):
        with parts.section("From request to row"):
            show_way(one, masks)
        with ui.element("div").classes("place"):
            with parts.section(one.name):
                _head(one, row, masks)
            if row is not None and row.outcome == "stored":
                _content(row, masks)


def _head(one: Trace, row: StoredEvent | None, masks: Masks) -> None:
    pairs = [("Outcome", one.outcome.replace("_", " ")), ("Event id", one.event_id), ("Sender’s id", one.source_id)]
    if row is None:
        parts.facts([*pairs, ("Dialect", one.dialect)])
        return
    identifiers = masks.named(
        {"user_id": row.user_id, "email": row.email, "phone": row.phone, "anonymous_id": row.anonymous_id}
    )
    parts.facts(
        [
            *pairs,
            ("Occurred", lambda: parts.when(row.occurred_at)),
            ("Received", lambda: parts.when(row.received_at)),
            *(("Dialect", row.dialect), ("Kind", row.kind), ("User id", identifiers["user_id"])),
            *(("E-mail", identifiers["email"]), ("Phone", identifiers["phone"])),
            *(("Anonymous id", identifiers["anonymous_id"]), ("Account", row.account_id), ("List", row.list_id)),
            ("Value", amount(row, masks)),
            *(("Order", row.order_id), ("Click", row.click_id), ("Key", row.key_id)),
        ]
    )


def _content(row: StoredEvent, masks: Masks) -> None:
    properties = masks.properties(row.name, row.properties)
    traits = masks.named(row.traits)
    with parts.section("Properties"):
        if properties:
            parts.fields(properties)
        else:
            parts.note("It came without properties.")
    if traits:
        with parts.section("Traits", "What it said of the person."):
            parts.fields(traits)
    if row.context:
        with parts.section("Context", "What the request told beside the event."):
            parts.fields(row.context)
    with ui.expansion("As JSON").classes("more"):
        shown = answers.event_detail(row, {}, masks)
        value = shown["value"] if masks.hides_name("value") else row.value  # its digits as text
        parts.json_block(shown | {"value": value}, "the event as JSON")
