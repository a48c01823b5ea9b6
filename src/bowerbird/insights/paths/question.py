"""What can be asked about paths, and what is answered."""

from typing import Literal

import msgspec

from bowerbird.insights.conditions import Condition
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.question import Question

MOST_STEPS = 5
MOST_NODES = 100
MOST_NAMES = 500
LONGEST_WITHIN = 90 * 24 * 60


class Paths(Question, frozen=True, kw_only=True):
    """What people do after an event (or before it), step by step.

    A path begins at an occurrence of the anchor within the range, and goes on with what the same person did next, for
    as long as `within` lasts, beyond the end of the range too. Events at one instant stand in the order of their
    nodes' names, the anchor before them. Events of nobody are on no path. `where` holds for every event of a path, the
    anchor among them.
    """

    event: str | None = None
    """The anchor's name; null: a person's first event of the range, or `before`, the last one."""
    event_where: Condition | None = None
    """Of the anchor alone."""
    anchor: Literal["first", "last", "every"] | None = None
    """Which occurrences begin a path: a person's `first` or `last` within the range, so that paths are people, or
    `every` one (those at one instant are one). Left out: `first`, and `last` of those before it."""
    direction: Literal["after", "before"] = "after"
    steps: int = 3
    """1 to 5, the anchor not counted."""
    events: tuple[str, ...] | None = None
    """Names that take part beside the anchor; null: all."""
    exclude: tuple[str, ...] = ()
    """Names that do not."""
    group_by: str = "name"
    """The field that names a node."""
    limit: int = 10
    """Nodes of a step, at most 100; the rest of a step is one node, `other`."""
    within: int = 1440
    """Minutes from the anchor to the last step, at most 90 days."""
    collapse: bool = False
    """Equal nodes that follow one another are one."""

    def __post_init__(self) -> None:
        parse_field(self.group_by)
        if not 1 <= self.steps <= MOST_STEPS:
            raise ValueError(f"`steps` is 1 to {MOST_STEPS}")
        if not 1 <= self.limit <= MOST_NODES:
            raise ValueError(f"`limit` is 1 to {MOST_NODES}")
        if not 1 <= self.within <= LONGEST_WITHIN:
            raise ValueError(f"`within` is 1 to {LONGEST_WITHIN} minutes")
        if len(self.events or ()) + len(self.exclude) > MOST_NAMES:
            raise ValueError(f"`events` and `exclude` name at most {MOST_NAMES} events")
        if self.event is not None and self.event in self.exclude:
            raise ValueError("the anchor cannot be excluded")
        if self.event is None and self.event_where is None and self.anchor is not None:
            raise ValueError("`anchor` needs an `event`, or an `event_where`")

    @property
    def which(self) -> Literal["first", "last", "every"]:
        """Occurrences of the anchor that begin a path."""
        return self.anchor or ("first" if self.direction == "after" else "last")

    @property
    def any(self) -> bool:
        """Whether a path may begin at any event."""
        return self.event is None and self.event_where is None


class PathNode(msgspec.Struct, frozen=True):
    step: int
    """0: the anchor; 1: what comes right after it, or right before it."""
    node: str | None
    """What the events have in the field; null where they lack it, and for `other`."""
    other: bool
    """Whether it stands for all of its step beyond `limit`."""
    paths: int
    """Paths that come through."""
    ended: int
    """Of these, paths that end here: `within` had passed, or there was nothing more. 0 in the last step asked for."""


class PathLink(msgspec.Struct, frozen=True):
    source: int
    """Index in `nodes` of the end nearer to the anchor."""
    target: int
    """Index in `nodes`, one step further."""
    paths: int


class PathStep(msgspec.Struct, frozen=True):
    step: int
    paths: int
    ended: int


class PathsResult(msgspec.Struct, frozen=True):
    nodes: list[PathNode]
    """By step, the most frequent first, `other` last."""
    links: list[PathLink]
    steps: list[PathStep]
    """From 0 to the last step that a path reached."""
