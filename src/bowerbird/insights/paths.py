"""What people do after an event, or before it: nodes and links of a Sankey diagram."""

from typing import Any, Literal

import msgspec

from bowerbird.insights.conditions import Condition
from bowerbird.insights.draft import Draft, Statement, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.fields import Field
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.question import Asking, Kind, Question
from bowerbird.insights.ranges import Period

MOST_STEPS = 5
MOST_NODES = 100
MOST_NAMES = 500
LONGEST_WITHIN = 90 * 24 * 60
_MINUTE = 60_000_000
_NAME = Field("column", ("name",))
_ANCHORS = {
    "first": "SELECT person, min(occurred_at) AS start FROM {table} GROUP BY person",
    "last": "SELECT person, max(occurred_at) AS start FROM {table} GROUP BY person",
    "every": "SELECT DISTINCT person, occurred_at AS start FROM {table}",
}
_WALK = """
    SELECT a.person, a.start, e.node, row_number() OVER path AS place, lag(e.node) OVER path AS previous
    FROM {events} AS e JOIN {anchors} AS a ON a.person = e.person
    WHERE e.occurred_at BETWEEN {low} AND {high}
    WINDOW path AS (PARTITION BY a.person, a.start ORDER BY {order}, e.anchors DESC, e.node NULLS LAST)"""
_STEPS = """
    SELECT person, start, node, row_number() OVER (PARTITION BY person, start ORDER BY place) - 1 AS step
    FROM {walk} WHERE {kept} QUALIFY step <= {steps}"""
_RANKED = """
    SELECT step, node, row_number() OVER (PARTITION BY step ORDER BY count(*) DESC, node NULLS LAST) AS rank
    FROM {steps} GROUP BY step, node"""
_NAMED = """
    SELECT s.person, s.start, s.step, least(r.rank, {most}) AS rank, CASE WHEN r.rank < {most} THEN s.node END AS node
    FROM {steps} AS s JOIN {ranked} AS r ON r.step = s.step AND r.node IS NOT DISTINCT FROM s.node"""
_LINKS = """
    SELECT step, rank, any_value(node), next, count(*) FROM (
        SELECT step, rank, node, lead(rank) OVER (PARTITION BY person, start ORDER BY step) AS next FROM {named})
    GROUP BY step, rank, next ORDER BY step, rank, next NULLS LAST"""


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


def answer(question: Paths, asking: Asking) -> PathsResult:
    rows = asking.rows(statement(question, asking))
    nodes: dict[tuple[int, int], PathNode] = {}
    for step, rank, node, next_, paths in rows:
        ended = paths if next_ is None and step < question.steps else 0
        known = nodes.get((step, rank), PathNode(step, node, rank > question.limit, 0, 0))
        nodes[step, rank] = msgspec.structs.replace(known, paths=known.paths + paths, ended=known.ended + ended)
    index = {place: number for number, place in enumerate(nodes)}
    links = [
        PathLink(index[step, rank], index[step + 1, next_], paths)
        for step, rank, _, next_, paths in rows
        if next_ is not None
    ]
    return PathsResult(list(nodes.values()), links, _steps(list(nodes.values())))


def statement(question: Paths, asking: Asking) -> Statement:
    """Rows (step, rank of the node in its step, node, rank of the next node, paths)."""
    draft = asking.draft()
    walk = draft.table(_walk(question, asking, draft), "walk")
    kept = "place = 1 OR node IS DISTINCT FROM previous" if question.collapse else "true"
    steps = draft.table(_STEPS.format(walk=walk, kept=kept, steps=draft.bind(question.steps)), "steps")
    ranked = draft.table(_RANKED.format(steps=steps), "ranked")
    named = draft.table(_NAMED.format(steps=steps, ranked=ranked, most=draft.bind(question.limit + 1)), "named")
    return draft.finish(_LINKS.format(named=named))


def _walk(question: Paths, asking: Asking, draft: Draft) -> str:
    """The events of all paths, numbered along each."""
    bounds = asking.bounds(question)
    within = f"to_microseconds({draft.bind(question.within * _MINUTE)}::BIGINT)"
    after = question.direction == "after"
    low, high = ("a.start", f"a.start + {within}") if after else (f"a.start - {within}", "a.start")
    return _WALK.format(
        events=_events(question, asking, Events(draft, _wider(bounds, question))),
        anchors=_anchors(question, asking, Events(draft, bounds)),
        low=low,
        high=high,
        order=f"e.occurred_at {'ASC' if after else 'DESC'}",
    )


def _anchors(question: Paths, asking: Asking, events: Events) -> str:
    """A table `person`, `start` of where paths begin."""
    which = question.anchor or ("first" if question.direction == "after" else "last")
    person = events.person()
    events.plain("occurred_at")
    clauses = [_is_anchor(question, asking, events), f"{person} IS NOT NULL"]
    if _any(question):
        clauses.append(_takes_part(question, events))
    clauses.append(asking.conditions.clause(question.where, events))
    table = events.table(all_of(clauses), "anchor")
    return events.draft.table(_ANCHORS[which].format(table=table), "anchors")


def _events(question: Paths, asking: Asking, events: Events) -> str:
    """A table `person`, `occurred_at`, `node`, `anchors` (whether a path may begin there) of what takes part."""
    person, at = events.person(), events.plain("occurred_at")
    node = events.text(parse_field(question.group_by))
    anchors = _is_anchor(question, asking, events)
    part = _takes_part(question, events)
    clauses = [part if _any(question) else f"({part}) OR coalesce({anchors}, false)"]
    clauses.append(asking.conditions.clause(question.where, events))
    table = events.table(all_of(clauses))
    columns = f"{person} AS person, {at} AS occurred_at, {node} AS node, coalesce({anchors}, false) AS anchors"
    return events.draft.table(f"SELECT {columns} FROM {table}", "parts")


def _steps(nodes: list[PathNode]) -> list[PathStep]:
    found: dict[int, PathStep] = {}
    for node in nodes:
        known = found.get(node.step, PathStep(node.step, 0, 0))
        found[node.step] = PathStep(node.step, known.paths + node.paths, known.ended + node.ended)
    return list(found.values())


def _is_anchor(question: Paths, asking: Asking, events: Events) -> str:
    return asking.conditions.of_event(question.event, question.event_where, events)


def _any(question: Paths) -> bool:
    return question.event is None and question.event_where is None


def _takes_part(question: Paths, events: Events) -> str:
    clauses = []
    if question.events is not None:
        clauses.append(f"{events.text(_NAME)} = ANY({_names(events, question.events)})")
    if question.exclude:
        clauses.append(f"NOT {events.text(_NAME)} = ANY({_names(events, question.exclude)})")
    return all_of(clauses)


def _names(events: Events, names: Any) -> str:
    return f"{events.draft.bind(list(names))}::VARCHAR[]"


def _wider(bounds: Period, question: Paths) -> Period:
    """The range, and as far beyond it as a path may go."""
    more = question.within * _MINUTE
    if question.direction == "after":
        return bounds._replace(until=bounds.until + more)
    return bounds._replace(since=bounds.since - more)


KIND = Kind(Paths, answer)
