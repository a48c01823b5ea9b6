"""The way of an event as a timeline."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nicegui import ui

from bowerbird.audit.trace import Step, Trace
from bowerbird.console.masks import Masks
from bowerbird.console.pages import parts


class _Look(NamedTuple):
    title: str
    icon: str
    tone: str = ""


_LOOKS: Mapping[str, _Look] = MappingProxyType(
    {
        "accepted": _Look("Accepted", "input"),
        "logged": _Look("Durable in the log", "save", "good"),
        "pending": _Look("Waiting to be processed", "hourglass_empty", "warn"),
        "stored": _Look("Stored", "check", "good"),
        "duplicate": _Look("Recognised as a duplicate", "content_copy", "warn"),
        "identify_only": _Look("Taken for its person only", "badge"),
        "quarantined": _Look("Put in quarantine", "warning", "bad"),
        "erased": _Look("Erased", "delete_outline"),
        "person": _Look("Tied to a person", "person"),
        "attributed": _Look("Attributed", "ads_click"),
        "touched": _Look("Came by a campaign", "campaign"),
    }
)
_TOLD = frozenset({"key_id", "kind", "occurred_at", "failed_step", "partition", "offset", "index", "first_at"})
"""Facts that a step's text has already, or that stand elsewhere."""


def show_way(one: Trace, masks: Masks) -> None:
    with parts.timeline(f"The way of event {one.event_id}"):
        for step in one.steps:
            look = _LOOKS.get(step.step, _Look(step.step, "circle"))
            with parts.happened(look.title, look.icon, look.tone):
                _step(step, masks)


def _step(step: Step, masks: Masks) -> None:
    facts = masks.facts(step.facts)
    if step.at is not None:
        parts.when(step.at)
    parts.text_element("p", step.text)
    shown = {name: value for name, value in facts.items() if name not in _TOLD and name not in _LINKS}
    if shown:
        parts.fields(shown)
    for name, link in _LINKS.items():
        if isinstance(value := facts.get(name), str):
            link(value)
    if step.step == "quarantined":
        parts.link("Look at the quarantine", "/quarantine")


_LINKS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "person_id": lambda value: ui.link("Open the person", f"/people/{value}"),
        "named_as": lambda _: None,
        "duplicate_of": lambda value: ui.link("Open the event that was counted", f"/events/{value}"),
    }
)
