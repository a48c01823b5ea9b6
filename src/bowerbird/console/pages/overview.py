"""`/`: what has come in, whether all of it is accounted for, and what came last."""

from typing import Any, NamedTuple

from nicegui import ui

from bowerbird.console import answers
from bowerbird.console.api.audit import balance_of
from bowerbird.console.pages import parts
from bowerbird.console.pages.first_event import ask_for_events
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.parts import Column
from bowerbird.warehouse.base import EventQuery, StoredEvent

_LATEST = 10
_DIALECTS = (
    Column("dialect", "Dialect", width=160),
    *(Column(name, name.replace("_", " ").capitalize(), "number") for name in ("accepted", "stored", "duplicate")),
    *(Column(name, name.replace("_", " ").capitalize(), "number") for name in ("identify_only", "quarantined")),
    *(Column(name, name.capitalize(), "number") for name in ("erased", "pending")),
)
_EVENTS = (
    Column("received", "Received", "time", 220),
    Column("name", "Event"),
    Column("who", "Who"),
    Column("dialect", "Dialect", width=130),
)


class _Overview(NamedTuple):
    counts: dict[str, Any]
    latest: list[StoredEvent]


def build(page: Page) -> None:
    parts.heading("Overview", "What has come in, and what became of it.")
    page.run(lambda: _look(page), lambda found: _show(page, found))


def _look(page: Page) -> _Overview:
    counts = balance_of(page.sources).of(page.workspace).document()
    latest = page.sources.warehouse.events(EventQuery(workspace=page.workspace, limit=_LATEST))
    return _Overview(counts, latest)


def _show(page: Page, found: _Overview) -> None:
    counts = found.counts
    if not counts["accepted"]:
        ask_for_events(page)
        return
    with ui.element("div").classes("figures"):
        parts.figure("Accepted", f"{counts['accepted']:,}", "events, all time")
        parts.figure("Stored", f"{counts['stored']:,}", "counted once")
        parts.figure("Duplicates", f"{counts['duplicate']:,}", "sent again")
        parts.figure("Quarantined", f"{counts['quarantined']:,}", "could not be processed")
        parts.figure("Pending", f"{counts['pending']:,}", "on their way")
        parts.figure("Balance", "Even" if counts["balanced"] else "Off", _balance_hint(counts["balanced"]))
    with parts.section("Latest events"):
        parts.data_table(_EVENTS, [_event(event) for event in found.latest], "The latest events")
    with parts.section("By dialect"):
        rows = [{"dialect": name, **each} for name, each in counts["dialects"].items()]
        parts.data_table(_DIALECTS, rows, "Events by dialect and outcome")


def _balance_hint(balanced: bool) -> str:
    return "every event accounted for" if balanced else "run `bowerbird audit`"


def _event(event: StoredEvent) -> dict[str, Any]:
    who = event.email or event.user_id or event.anonymous_id or event.phone or ""
    return {"received": answers.iso(event.received_at), "name": event.name, "who": who, "dialect": event.dialect}
