"""A condition as it is edited: groups of parts, some of which may not be complete yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bowerbird.insights.conditions import NUMERIC

Mode = Literal["all", "any", "none"]
Document = dict[str, Any]


@dataclass
class Comparison:
    field: str = ""
    op: str = "equals"
    value: Any = None
    """A scalar; a list for `in` and `not_in`; None: not given yet."""


@dataclass
class Membership:
    segment: str = ""
    inside: bool = True


@dataclass
class Group:
    mode: Mode = "all"
    parts: "list[Part]" = field(default_factory=list)


@dataclass
class Acted:
    did: bool = True
    event: str | None = None
    at_least: int = 1
    at_most: int | None = None
    range: Document | None = None
    where: Group = field(default_factory=Group)


Part = Comparison | Membership | Acted | Group


def read(document: Mapping[str, Any] | None) -> Group:
    """A condition of the JSON API, whole and valid, as a group."""
    if document is None:
        return Group()
    part = _part(document)
    return part if isinstance(part, Group) else Group("all", [part])


def write(part: Part) -> Document | None:
    """The condition of what is complete; None where nothing is."""
    match part:
        case Group():
            return _write_group(part)
        case Membership(name, inside):
            return _unless(inside, {"segment": name}) if name else None
        case Comparison():
            return _write_comparison(part)
        case Acted():
            return _write_acted(part)


def _part(document: Mapping[str, Any]) -> Part:
    for mode in ("all", "any"):
        if mode in document:
            return Group("all" if mode == "all" else "any", [_part(each) for each in document[mode]])
    if "not" in document:
        return _negated(_part(document["not"]))
    if "segment" in document:
        return Membership(document["segment"])
    if "did" in document:
        did = document["did"]
        rest = {name: did[name] for name in ("event", "at_least", "at_most", "range") if name in did}
        return Acted(where=read(did.get("where")), **rest)
    return Comparison(document["field"], document.get("op", "equals"), document.get("value"))


def _negated(part: Part) -> Part:
    match part:
        case Membership(name, inside):
            return Membership(name, not inside)
        case Acted():
            part.did = not part.did
            return part
        case Group("any", parts):
            return Group("none", parts)
        case Group("none", parts):
            return Group("any", parts)
    return Group("none", [part])


def _write_group(group: Group) -> Document | None:
    written = [each for each in map(write, group.parts) if each is not None]
    if not written:
        return None
    inner = written[0] if len(written) == 1 else {"all" if group.mode == "all" else "any": written}
    return _unless(group.mode != "none", inner)


def _write_comparison(part: Comparison) -> Document | None:
    if not part.field:
        return None
    made = {"field": part.field, "op": part.op}
    if part.op in ("set", "not_set"):
        return made
    if part.op in ("in", "not_in"):
        return made | {"value": part.value} if isinstance(part.value, list) and part.value else None
    number = isinstance(part.value, int | float) and not isinstance(part.value, bool)
    if part.value is None or isinstance(part.value, list) or (part.op in NUMERIC and not number):
        return None
    return made | {"value": part.value}


def _write_acted(part: Acted) -> Document:
    did: Document = {}
    given = {"event": part.event, "where": write(part.where), "at_most": part.at_most, "range": part.range}
    did |= {name: value for name, value in given.items() if value is not None}
    if part.at_least != 1:
        did["at_least"] = part.at_least
    return _unless(part.did, {"did": did})


def _unless(holds: bool, condition: Document) -> Document:
    return condition if holds else {"not": condition}
