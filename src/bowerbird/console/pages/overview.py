"""`/`: what has come in and how fast, whether all of it is accounted for, and what came last."""

from typing import Any, NamedTuple

from nicegui import ui

from bowerbird.console import answers
from bowerbird.console.api.audit import balance_of
from bowerbird.console.masks import Masks
from bowerbird.console.pages import parts
from bowerbird.console.pages.asking.asked import Asked
from bowerbird.console.pages.events.columns import who
from bowerbird.console.pages.first_event import ask_for_events
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.parts import Column
from bowerbird.insights.base import Answer
from bowerbird.warehouse.base import EventQuery, StoredEvent

_EVERY = 5.0
"""Seconds between looks at the figures."""
_LATEST = 10
_RATES = {"range": {"last": 24, "unit": "hour"}, "unit": "hour", "breakdown": ["dialect"]}
_DIALECTS = (
    Column("dialect", "Dialect", width=140),
    *(Column(name, name.replace("_", " ").capitalize(), "number") for name in ("accepted", "stored", "duplicate")),
    *(Column(name, name.replace("_", " ").capitalize(), "number") for name in ("identify_only", "quarantined")),
    *(Column(name, name.capitalize(), "number") for name in ("erased", "pending")),
)
_EVENTS = (
    Column("occurred", "Time", "time", 220),
    Column("name", "Event", "link"),
    Column("who", "Who"),
    Column("dialect", "Dialect", width=130),
)


class _Overview(NamedTuple):
    counts: dict[str, Any]
    latest: list[StoredEvent]
    masks: Masks


def build(page: Page) -> None:
    parts.load_ahead(charts=True)
    parts.heading("Overview", "What has come in, and what became of it.")
    page.run(lambda: _look(page), lambda found: _show(page, found))


def _look(page: Page) -> _Overview:
    latest = page.sources.warehouse.events(EventQuery(workspace=page.workspace, limit=_LATEST))
    return _Overview(_counts(page), latest, masks_of(page))


def _counts(page: Page) -> dict[str, Any]:
    return balance_of(page.sources).of(page.workspace).document()


def _show(page: Page, found: _Overview) -> None:
    if not found.counts["accepted"]:
        ask_for_events(page)
        return
    _keep_current(page, found.counts)
    with parts.section("Events by dialect", "Each of the last 24 hours, by the time at which events occurred."):
        asked = Asked(page, "trend", _RATES)
        page.ask(asked.work, _show_rates, asked.cancel)
    with parts.section("Latest events"):
        rows = [_event(event, found.masks) for event in found.latest]
        parts.data_table(_EVENTS, rows, "The latest events", lambda number: page.navigate(rows[number]["href"]))
    with parts.section("By dialect"):
        dialects = [{"dialect": name, **each} for name, each in found.counts["dialects"].items()]
        parts.data_table(_DIALECTS, dialects, "Events by dialect and outcome")


def _keep_current(page: Page, counts: dict[str, Any]) -> None:
    """The figures, which are looked at again and again."""
    place = ui.element("div").classes("figures")

    def show(counts: dict[str, Any]) -> None:
        place.clear()
        with place:
            _figures(counts)

    def look() -> None:
        page.act(lambda: _counts(page), show, timer.deactivate)

    show(counts)
    timer = ui.timer(_EVERY, look, immediate=False)


def _figures(counts: dict[str, Any]) -> None:
    parts.figure("Accepted", f"{counts['accepted']:,}", "events, all time")
    parts.figure("Stored", f"{counts['stored']:,}", "counted once")
    parts.figure("Duplicates", f"{counts['duplicate']:,}", "sent again")
    parts.figure("Quarantined", f"{counts['quarantined']:,}", "could not be processed")
    parts.figure("Pending", f"{counts['pending']:,}", "on their way")
    parts.figure("Balance", "Even" if counts["balanced"] else "Off", _balance_hint(counts["balanced"]))


def _balance_hint(balanced: bool) -> str:
    return "every event accounted for" if balanced else "run `bowerbird audit`"


def _show_rates(answer: Answer) -> None:
    lines = [(line.group[0] or "none" if line.group else "others", line) for line in answer.result.lines]
    events = sum(line.total or 0 for _, line in lines)
    if not events:
        parts.note("No event occurred within the last 24 hours.")
        return
    parts.chart(
        {
            "xAxis": {"type": "category", "data": [bucket[11:16] or bucket for bucket in answer.result.buckets]},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [{"type": "bar", "stack": "all", "name": name, "data": line.values} for name, line in lines],
        },
        f"{events:,} events in the last 24 hours, by hour and dialect",
        260,
    )


def _event(event: StoredEvent, masks: Masks) -> dict[str, Any]:
    return {
        "occurred": answers.iso(event.occurred_at),
        "name": event.name,
        "href": f"/events/{event.event_id}",
        "who": who(event, masks),
        "dialect": event.dialect,
    }
