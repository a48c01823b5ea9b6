"""`/live`: events as they are accepted, read from the log before they are processed."""

from collections import deque
from typing import NamedTuple

from nicegui import ui

from bowerbird.console.masks import Masks
from bowerbird.console.pages import parts
from bowerbird.console.pages.events.columns import who
from bowerbird.console.pages.events.form import DIALECTS
from bowerbird.console.pages.masks import masks_of
from bowerbird.console.pages.page import Page
from bowerbird.event import Event, Positions
from bowerbird.eventlog.base import LogReader, LogRow
from bowerbird.eventlog.codec import decode_each

_EVERY = 1.0
"""Seconds between looks."""
_SHOWN = 100
_ROWS = 200
"""Rows of a partition that are looked at; where more came since the last look, the older ones are passed over."""
_EVENTS = 1000
_IDS = ("user_id", "email", "phone", "anonymous_id")


class Filter(NamedTuple):
    """'' lets everything through."""

    name: str = ""
    dialect: str = ""
    who: str = ""

    def fits(self, event: Event, person: str, masks: Masks) -> bool:
        """Ids that are masked fit nothing."""
        ids = (getattr(event, kind) for kind in _IDS if not masks.hides_name(kind))
        return (
            self.name.lower() in event.name.lower()
            and self.dialect in ("", event.dialect)
            and (not self.who or self.who in (person, *ids))
        )


class Arrived(NamedTuple):
    events: list[Event]
    """Of the workspace, oldest first."""
    passed_over: bool
    """Whether more came than were looked at."""


class Tail:
    """The log's end, from the first look on. Its `look` runs in one thread at a time."""

    def __init__(self, workspace: str) -> None:
        self._workspace = workspace
        self._after: Positions | None = None

    def look(self, log: LogReader) -> Arrived:
        heads = log.heads()
        if self._after is None:
            self._after = heads
            return Arrived([], False)
        after = {part: max(self._after.get(part, 0), head - _ROWS) for part, head in heads.items()}
        passed_over = any(after[part] > self._after.get(part, 0) for part in heads)
        rows = log.read(after, _EVENTS, heads)
        reached = after | {row.partition: row.offset for row in rows}
        self._after = heads
        return Arrived([event for row in rows for event in self._own(row)], passed_over or reached != heads)

    def _own(self, row: LogRow) -> list[Event]:
        events = decode_each(row.events)
        return [event for event in events if isinstance(event, Event) and event.workspace == self._workspace]


def build(page: Page) -> None:
    parts.heading("Live", "Events in the moment they are accepted, before they are processed.")
    _Stream(page)


class _Line(NamedTuple):
    shown: ui.element
    event: Event
    person: str


class _Stream:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._filter = Filter(*(page.query.get(name, "")[:1000] for name in Filter._fields))
        if self._filter.dialect not in DIALECTS:
            self._filter = self._filter._replace(dialect="")
        self._tail = Tail(page.workspace)
        self._masks: Masks | None = None
        self._lines: deque[_Line] = deque()
        self._busy = False
        self._controls()
        self._said = ui.label("Waiting for the next event.").classes("note").props("role=status")
        with ui.element("section").classes("panel"):
            self._place = ui.element("div").classes("lines").props('role=log aria-live=off aria-label="Events"')
        self._timer = ui.timer(_EVERY, self._look)

    def _controls(self) -> None:
        with ui.element("div").classes("filters"):
            for name, label in (("name", "Event contains"), ("who", "Person’s identifier")):
                field = ui.input(label, value=getattr(self._filter, name)).props(
                    "outlined dense clearable debounce=300"
                )
                field.classes("pick")
                field.on_value_change(lambda event, name=name: self._change(name, (event.value or "").strip()))
            dialects = {"": "Every dialect"} | {name: name for name in DIALECTS}
            dialect = ui.select(dialects, label="Dialect", value=self._filter.dialect).props(
                "outlined dense options-dense"
            )
            dialect.classes("pick").on_value_change(lambda event: self._change("dialect", event.value))
            self._pause = ui.button("Pause", icon="pause", on_click=self._turn).props("flat no-caps")

    def _change(self, name: str, value: str) -> None:
        self._filter = self._filter._replace(**{name: value})
        self._page.remember(**self._filter._asdict())
        for line in self._lines:
            line.shown.set_visibility(self._filter.fits(line.event, line.person, self._masks or Masks()))

    def _turn(self) -> None:
        running = not self._timer.active
        self._timer.active = running
        self._pause.set_text("Pause" if running else "Go on")
        self._pause.props["icon"] = "pause" if running else "play_arrow"
        self._said.set_text("Going on." if running else "Paused. What comes meanwhile is shown when you go on.")

    def _look(self) -> None:
        if not self._busy:
            self._busy = True
            self._page.act(self._find, self._show, self._stop)

    def _find(self) -> Arrived:
        if self._masks is None:
            self._masks = masks_of(self._page)
        return self._page.sources.log.ask(self._tail.look)

    def _stop(self) -> None:
        self._busy = False
        if self._timer.active:
            self._turn()

    def _show(self, arrived: Arrived) -> None:
        self._busy = False
        masks = self._masks or Masks()
        named = [(event, who(event, masks)) for event in arrived.events]
        shown = [(event, person) for event, person in named if self._filter.fits(event, person, masks)]
        for event, person in shown[-_SHOWN:]:
            with self._place:
                self._line(event, person)
        while len(self._lines) > _SHOWN:
            self._lines.popleft().shown.delete()
        if arrived.events:
            more = ", and more than can be shown" if arrived.passed_over else ""
            self._said.set_text(f"{len(arrived.events):,} just came{more}; {len(shown):,} of them fit.")

    def _line(self, event: Event, person: str) -> None:
        with ui.element("div").classes("line arrived") as line:
            with ui.element("div").classes("line-main"):
                ui.link(event.name or event.kind, f"/events/{event.event_id}")
                with ui.element("p").classes("note"):
                    ui.label(" · ".join(filter(None, (person, event.dialect, event.kind))))
            parts.when(event.received_at)
        line.move(self._place, 0)
        self._lines.append(_Line(line, event, person))
