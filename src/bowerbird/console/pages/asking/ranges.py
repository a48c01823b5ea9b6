"""The picker of a question's range."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from nicegui import ui
from nicegui.element import Element

from bowerbird.console.pages.asking import pickers
from bowerbird.console.pages.asking.known import Known
from bowerbird.console.pages.asking.tree import Document
from bowerbird.insights.ranges import MOST_BUCKETS

_PRESETS: dict[str, tuple[str, Document]] = {
    "24h": ("Last 24 hours", {"last": 24, "unit": "hour"}),
    "1d": ("Today", {"last": 1}),
    "7d": ("Last 7 days", {"last": 7}),
    "30d": ("Last 30 days", {"last": 30}),
    "90d": ("Last 90 days", {"last": 90}),
    "8w": ("Last 8 weeks", {"last": 8, "unit": "week"}),
    "12w": ("Last 12 weeks", {"last": 12, "unit": "week"}),
    "12m": ("Last 12 months", {"last": 12, "unit": "month"}),
}
_LAST, _DATES, _EVER = "last", "dates", "ever"
_UNITS = {"hour": "hours", "day": "days", "week": "weeks", "month": "months"}
_DEFAULT = {"last": 30}

Chosen = Callable[[Any], None]


def range_picker(known: Known, range_: Document | None, on_change: Callable[[Document], None]) -> None:
    """`range_` in the JSON API's shape, None for the last 30 days."""
    picker = _Picker(known.today, range_ or _DEFAULT, on_change)
    picker.build({}, range_ or _DEFAULT, f"On the clock of {known.zone}")


def optional_range(known: Known, range_: Document | None, on_change: Callable[[Document | None], None]) -> None:
    """The same, where no range means ever."""
    _Picker(known.today, range_ or _DEFAULT, on_change).build({_EVER: "Ever"}, range_, "")


class _Picker:
    def __init__(self, today: date, range_: Document, on_change: Chosen) -> None:
        self._today = today
        self._range = range_
        self._on_change = on_change

    def build(self, more: dict[str, str], range_: Document | None, hint: str) -> None:
        options = more | {name: title for name, (title, _) in _PRESETS.items()}
        options |= {_LAST: "Last …", _DATES: "Dates …"}
        chosen = _EVER if range_ is None else _preset(range_)
        select = pickers.choice("Range", options, chosen, lambda name: self._choose(name, rest))
        if hint:
            select.props["hint"] = hint
            select.props("bottom-slots")
        rest = ui.element("div").classes("condition-value")
        self._draw(chosen, rest)

    def _choose(self, name: str, rest: Element) -> None:
        if name in _PRESETS:
            self._set(dict(_PRESETS[name][1]))
        elif name == _EVER:
            self._on_change(None)
        elif name == _LAST and "last" not in self._range:
            self._set(dict(_DEFAULT))
        elif name == _DATES and "since" not in self._range:
            self._set({"since": str(self._today - timedelta(days=29)), "until": str(self._today + timedelta(days=1))})
        self._draw(name, rest)

    def _draw(self, name: str, rest: Element) -> None:
        rest.clear()
        with rest:
            if name == _LAST:
                self._last()
            elif name == _DATES:
                self._dates()

    def _last(self) -> None:
        def count(last: int | float | None) -> None:
            if last is not None and 1 <= last <= MOST_BUCKETS:
                self._set(self._range | {"last": int(last)})

        pickers.number("How many", self._range.get("last", 30), count, 1, MOST_BUCKETS)
        unit = self._range.get("unit", "day")
        pickers.choice("Of what", _UNITS, unit, lambda unit: self._set(self._range | {"unit": unit}))

    def _dates(self) -> None:
        """The last day is included, as people say it; the JSON API's `until` is the day after."""

        def change(name: str, value: str, days: int) -> None:
            at = _date(value)
            given = {name: str(at + timedelta(days=days))} if at else {}
            rest = {key: each for key, each in self._range.items() if key in ("since", "until") and key != name}
            if rest.get("since") or given.get("since"):
                self._set(rest | given)

        until = _date(self._range.get("until", ""))
        first = pickers.text("From", str(self._range.get("since", ""))[:10], lambda day: change("since", day, 0))
        last = pickers.text(
            "Through", str(until - timedelta(days=1)) if until else "", lambda day: change("until", day, 1)
        )
        for made in (first, last):
            made.props("type=date stack-label")

    def _set(self, range_: Document) -> None:
        self._range = range_
        self._on_change(range_)


def said(range_: Document | None) -> str:
    """`Last 14 days`, `2025-03-01 to 2025-03-31`."""
    given = range_ or _DEFAULT
    name = _preset(given)
    if name in _PRESETS:
        return _PRESETS[name][0]
    if name == _LAST:
        return f"Last {given['last']} {_UNITS[str(given.get('unit', 'day'))]}"
    since, until = str(given.get("since", "")), str(given.get("until", ""))
    if (end := _date(until)) is not None and len(until) == len("2025-03-01"):
        until = str(end - timedelta(days=1))
    return f"{since} to {until}" if until else f"Since {since}"


def _preset(range_: Document) -> str:
    for name, (_, preset) in _PRESETS.items():
        if range_.get("last") == preset["last"] and range_.get("unit", "day") == preset.get("unit", "day"):
            return name
    return _LAST if "last" in range_ else _DATES


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
