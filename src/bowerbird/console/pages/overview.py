"""`/`: what has come in and how fast, whether all of it is accounted for, and what came last."""

from collections.abc import Callable
from typing import Any, NamedTuple

from nicegui import ui
from nicegui.element import Element

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
_RATES_EVERY = 60.0
"""Seconds between looks at the chart, which asks the warehouse."""
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


def _look(page: Page, before: dict[str, Any] | None = None) -> _Overview:
    """The latest events are looked for when the counts are others than before."""
    counts = _counts(page)
    if counts == before:
        return _Overview(counts, [], Masks())
    latest = page.sources.warehouse.events(EventQuery(workspace=page.workspace, limit=_LATEST))
    return _Overview(counts, latest, masks_of(page))


def _counts(page: Page) -> dict[str, Any]:
    return balance_of(page.sources).of(page.workspace).document()


def _show(page: Page, found: _Overview) -> None:
    if not found.counts["accepted"]:
        ask_for_events(page)
        return
    figures = ui.element("div").classes("figures")
    place = page.visitor.workspace.settings.timezone
    with parts.section("Events by dialect", f"Each of the last 24 hours in {place}, by when events occurred."):
        rates = ui.element("div").classes("place")
    with parts.section("Latest events"):
        events = [_event(event, found.masks) for event in found.latest]
        latest = parts.data_table(_EVENTS, events, "The latest events", lambda row: page.navigate(events[row]["href"]))
    with parts.section("By dialect"):
        dialects = parts.data_table(_DIALECTS, _by_dialect(found.counts), "Events by dialect and outcome")

    def show(found: _Overview) -> None:
        _figures(figures, found.counts)
        events[:] = [_event(event, found.masks) for event in found.latest]
        parts.renew(latest, _EVENTS, events)
        parts.renew(dialects, _DIALECTS, _by_dialect(found.counts))

    _figures(figures, found.counts)
    asked = _rates(page)
    page.ask(asked.work, _show_rates, asked.cancel, rates)
    _keep_current(page, found.counts, show)
    ui.timer(_RATES_EVERY, lambda: _renew_rates(page, rates), immediate=False)


def _keep_current(page: Page, counts: dict[str, Any], show: Callable[[_Overview], None]) -> None:
    """Looks again and again, and shows what has changed."""

    def then(found: _Overview) -> None:
        nonlocal counts
        if found.counts != counts:
            counts = found.counts
            show(found)

    def look() -> None:
        before = counts
        page.act(lambda: _look(page, before), then, timer.deactivate)

    timer = ui.timer(_EVERY, look, immediate=False)


def _renew_rates(page: Page, place: Element) -> None:
    """Without a bar of progress in between."""

    def then(answer: Answer) -> None:
        place.clear()
        with place:
            _show_rates(answer)

    page.fetch(_rates(page).work, then)


def _rates(page: Page) -> Asked:
    return Asked(page, "trend", _RATES)


def _by_dialect(counts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"dialect": name, **each} for name, each in counts["dialects"].items()]


def _figures(place: Element, counts: dict[str, Any]) -> None:
    place.clear()
    with place:
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
            "xAxis": {"type": "category", "data": answer.result.buckets},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [{"type": "bar", "stack": "all", "name": name, "data": line.values} for name, line in lines],
        },
        f"{events:,} events in the last 24 hours, by hour and dialect",
        260,
        parts.Said(unit="hour"),
    )


def _event(event: StoredEvent, masks: Masks) -> dict[str, Any]:
    return {
        "occurred": answers.iso(event.occurred_at),
        "name": event.name,
        "href": f"/events/{event.event_id}",
        "who": who(event, masks),
        "dialect": event.dialect,
    }
