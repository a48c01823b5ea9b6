"""How the answers of a kind of question are shown, on its page and on boards."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bowerbird.console.pages.page import Page
from bowerbird.console.pages.parts import Column
from bowerbird.insights.base import Answer


class Mode(NamedTuple):
    """A way to show an answer."""

    name: str
    """As it stands in the address."""
    title: str
    icon: str
    is_chart: bool
    """Whether it can be saved as a picture."""


class Table(NamedTuple):
    """An answer as rows, for the file and for those who read numbers."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


class View(NamedTuple):
    kind: str
    """Of `insights.kinds`."""
    path: str
    """Of the kind's page."""
    modes: tuple[Mode, ...]
    """The first one is shown unless another is chosen."""
    show: Callable[[Answer, str, int], None]
    """Builds the answer in a mode; the last is now, in µs: what is still to come is not shown as nothing."""
    table: Callable[[Answer, str], Table]
    """The answer's numbers, of what the mode shows."""
    is_empty: Callable[[Answer], bool]
    """Whether there is nothing to show: then it is said what to do instead."""
    stacked: bool = False
    """The form stands above the answer on wide screens too."""
    named: Callable[[Page, Answer], Answer] = lambda _, answer: answer
    """Adds to an answer how its people are called; blocking."""

    def mode(self, name: str) -> Mode:
        return next((mode for mode in self.modes if mode.name == name), self.modes[0])


def group_name(breakdown: Sequence[str], group: Sequence[str | None]) -> str:
    """A breakdown's group for people: `pro, not set`, `in Buyers`."""
    names = []
    for field, value in zip(breakdown, group, strict=True):
        source, _, segment = field.partition(":")
        names.append("not set" if value is None else f"{value} {segment}" if source == "segment" else value)
    return ", ".join(names)
