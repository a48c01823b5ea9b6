"""`/catalog`: which events there are, what they carry, and what users say of them."""

from typing import Any

from nicegui import ui

from bowerbird.console import answers
from bowerbird.console.api.catalog import catalog_events, said
from bowerbird.console.pages import parts
from bowerbird.console.pages.first_event import ask_for_events
from bowerbird.console.pages.page import Page
from bowerbird.console.pages.parts import Column
from bowerbird.registry.described import LONGEST_DESCRIPTION, Description

Entry = dict[str, Any]
"""As `models.CatalogEvent`, of all lists together."""

_COLUMNS = (
    Column("name", "Event"),
    Column("count", "Events", "number", 95),
    Column("properties", "Properties", "number", 122),
    Column("last_seen", "Last seen", "time", 225),
    Column("first_seen", "First seen", "time", 225),
    Column("said", "Description"),
)


def build(page: Page) -> None:
    parts.load_ahead()
    parts.heading("Catalog", "Event names and their properties, as they came in. Say what they mean.")
    _Desk(page)


class _Desk:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._event = page.query.get("event", "")
        self._word = page.query.get("q", "")
        self._hidden = page.query.get("hidden") == "1"
        with ui.element("div").classes("filters"):
            word = ui.input("Find an event or a property", value=self._word)
            word.props("outlined dense clearable debounce=300").classes("pick wide")
            word.on_value_change(lambda event: self._change(word=event.value or ""))
            hidden = ui.switch("Show hidden names", value=self._hidden)
            hidden.on_value_change(lambda event: self._change(hidden=event.value))
        self._place = ui.element("div").classes("place")
        self._look()

    def _change(self, word: str | None = None, hidden: bool | None = None, event: str | None = None) -> None:
        self._word = self._word if word is None else word
        self._hidden = self._hidden if hidden is None else hidden
        self._event = self._event if event is None else event
        self._page.remember(q=self._word, hidden="1" if self._hidden else None, event=self._event)
        self._look()

    def _look(self) -> None:
        self._page.run(lambda: _find(self._page), self._show, self._place)

    def _show(self, events: list[Entry]) -> None:
        if not events:
            ask_for_events(self._page)
            return
        if (event := next((one for one in events if one["name"] == self._event), None)) is not None:
            self._detail(event)
            return
        shown = [one for one in events if (self._hidden or not one["hidden"]) and _fits(one, self._word)]
        if not shown:
            parts.empty_state("No event is like that", "Look for another word, or show hidden names too.")
            return
        rows = [one | {"properties": len(one["properties"]), "said": _said(one)} for one in shown]
        parts.data_table(_COLUMNS, rows, "Event names", lambda number: self._change(event=shown[number]["name"]))

    def _detail(self, event: Entry) -> None:
        ui.button("All events", icon="arrow_back", on_click=lambda: self._change(event="")).props(
            "flat no-caps"
        ).classes("self-start")
        with parts.section(event["name"]):
            self._line(event, "", f"{event['count']:,} events", event)
            with ui.element("p").classes("note"):
                ui.label("From ").classes("inline")
                parts.when(answers.instant(event["first_seen"]))
                ui.label(" to ").classes("inline")
                parts.when(answers.instant(event["last_seen"]))
            self._page_link(event["name"])
        shown = [one for one in event["properties"] if self._hidden or not one["hidden"]]
        with parts.section("Properties"), ui.element("div").classes("lines"):
            if not shown:
                parts.note("None, or none that is not hidden.")
            for one in shown:
                self._line(event, one["name"], _types(one), one)

    def _page_link(self, name: str) -> None:
        ui.button("See these events", on_click=lambda: self._page.navigate("/events", name=name)).props(
            "flat no-caps"
        ).classes("self-start")

    def _line(self, event: Entry, prop: str, note: str, entry: Entry) -> None:
        with ui.element("div").classes("line"):
            with ui.element("div").classes("line-main"):
                with ui.element("div").classes("tags"):
                    ui.label(prop or event["name"])
                    if entry["hidden"]:
                        ui.label("hidden").classes("tag")
                    if entry["pii"]:
                        ui.label("personal data").classes("tag warn")
                if entry["description"]:
                    parts.text_element("p", entry["description"])
                parts.note(note)
            if self._page.visitor.can("describe"):
                edit = ui.button("Describe", icon="edit", on_click=lambda: self._ask(event["name"], prop, entry))
                edit.props("flat no-caps").props["aria-label"] = f"Describe {prop or event['name']}"

    def _ask(self, name: str, prop: str, entry: Entry) -> None:
        page = self._page
        with parts.dialog(f"Describe {prop or name}") as asked:
            text = ui.textarea("What it means", value=entry["description"]).props(
                f"outlined autogrow maxlength={LONGEST_DESCRIPTION}"
            )
            hidden = ui.checkbox("Hidden: left out of pickers", value=entry["hidden"])
            pii = ui.checkbox("Personal data: masked for viewers", value=entry["pii"])

            def save() -> None:
                kept = Description(
                    page.workspace,
                    name,
                    prop,
                    (text.value or "").strip(),
                    hidden.value,
                    pii.value,
                    f"session:{page.visitor.user}",
                    page.sources.clock.now(),
                )
                page.act(lambda: page.sources.described.put(kept), done)

            def done(_: None) -> None:
                asked.close()
                parts.tell("Saved")
                self._look()

            with ui.element("div").classes("actions"):
                ui.button("Cancel", on_click=asked.close).props("flat no-caps")
                ui.button("Save", on_click=save).props("unelevated no-caps")


def _find(page: Page) -> list[Entry]:
    """Of all lists together, the most frequent first."""
    found: dict[str, Entry] = {}
    for one in catalog_events(page.sources.catalog.catalog(page.workspace), said(page.sources, page.workspace)):
        known = found.get(one["name"])
        found[one["name"]] = one if known is None else _together(known, one)
    return sorted(found.values(), key=lambda one: (-one["count"], one["name"]))


def _together(one: Entry, other: Entry) -> Entry:
    properties = {prop["name"]: prop for prop in one["properties"]}
    for prop in other["properties"]:
        known = properties.get(prop["name"])
        properties[prop["name"]] = prop if known is None else _span(known, prop) | {"types": _sum(known, prop)}
    return _span(one, other) | {
        "count": one["count"] + other["count"],
        "properties": [properties[name] for name in sorted(properties)],
    }


def _span(one: Entry, other: Entry) -> Entry:
    first, last = min(one["first_seen"], other["first_seen"]), max(one["last_seen"], other["last_seen"])
    return one | {"first_seen": first, "last_seen": last}


def _sum(one: Entry, other: Entry) -> list[Entry]:
    counts: dict[str, int] = {}
    for each in (*one["types"], *other["types"]):
        counts[each["type"]] = counts.get(each["type"], 0) + each["count"]
    return [{"type": kind, "count": count} for kind, count in sorted(counts.items())]


def _fits(event: Entry, word: str) -> bool:
    names = (event["name"], event["description"], *(prop["name"] for prop in event["properties"]))
    return word.strip().lower() in "\n".join(names).lower()


def _said(event: Entry) -> str:
    marks = [name for name, there in (("hidden", event["hidden"]), ("personal data", event["pii"])) if there]
    return " · ".join(filter(None, [event["description"], *marks]))


def _types(prop: Entry) -> str:
    types = ", ".join(f"{each['type']} {each['count']:,}" for each in prop["types"])
    return f"{types} · last seen {prop['last_seen'][:10]}"
