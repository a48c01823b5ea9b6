"""Events that take part in paths."""

from collections.abc import Sequence

from bowerbird.insights.draft import Draft, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.fields import Field
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.paths.question import Paths
from bowerbird.insights.question import Asking
from bowerbird.insights.ranges import Period

_MINUTE = 60_000_000
_NAME = Field("column", ("name",))


def anchors(question: Paths, asking: Asking, draft: Draft, *, resolved: bool) -> str:
    """A table `person`, `occurred_at` of the events at which paths may begin. `resolved`: the person is that of this
    moment, and not the event's node."""
    events = Events(draft, asking.bounds(question))
    person = events.person() if resolved else events.plain("person")
    events.plain("occurred_at")
    clauses = [_is_anchor(question, asking, events), f"{person} IS NOT NULL"]
    if question.any:
        clauses.append(_takes_part(question, events))
    clauses.append(asking.conditions.clause(question.where, events))
    return events.table(all_of(clauses), "anchor")


def parts(question: Paths, asking: Asking, draft: Draft, among: str | None = None) -> str:
    """A table `person`, `occurred_at`, `node`, `anchors` (whether a path may begin there) of what takes part.
    `among`: a table `person` of whom alone it has to have the events; without one, persons are not resolved."""
    events = Events(draft, _wider(asking.bounds(question), question))
    person = events.plain("person") if among is None else events.person()
    at = events.plain("occurred_at")
    node = events.text(parse_field(question.group_by))
    is_anchor = _is_anchor(question, asking, events)
    part = _takes_part(question, events)
    clauses = [part if question.any else f"({part}) OR coalesce({is_anchor}, false)"]
    clauses.append(asking.conditions.clause(question.where, events))
    if among is not None:
        clauses.append(f"{person} IN (SELECT person FROM {among})")
    table = events.table(all_of(clauses))
    columns = f"{person} AS person, {at} AS occurred_at, {node} AS node, coalesce({is_anchor}, false) AS anchors"
    return draft.table(f"SELECT {columns} FROM {table}", "parts")


def limits(question: Paths, draft: Draft) -> str:
    """`BETWEEN` which instants the events of a path that begins at `a.start` lie."""
    within = f"to_microseconds({draft.bind(question.within * _MINUTE)}::BIGINT)"
    if question.direction == "after":
        return f"BETWEEN a.start AND a.start + {within}"
    return f"BETWEEN a.start - {within} AND a.start"


def order(question: Paths) -> str:
    """In which a person's `parts` stand on a path."""
    direction = "ASC" if question.direction == "after" else "DESC"
    return f"occurred_at {direction}, anchors DESC, node NULLS LAST"


def _is_anchor(question: Paths, asking: Asking, events: Events) -> str:
    return asking.conditions.of_event(question.event, question.event_where, events)


def _takes_part(question: Paths, events: Events) -> str:
    clauses = []
    if question.events is not None:
        clauses.append(f"{events.text(_NAME)} = ANY({_names(events, question.events)})")
    if question.exclude:
        clauses.append(f"NOT {events.text(_NAME)} = ANY({_names(events, question.exclude)})")
    return all_of(clauses)


def _names(events: Events, names: Sequence[str]) -> str:
    return f"{events.draft.bind(list(names))}::VARCHAR[]"


def _wider(bounds: Period, question: Paths) -> Period:
    """The range, and as far beyond it as a path may go."""
    more = question.within * _MINUTE
    if question.direction == "after":
        return bounds._replace(until=bounds.until + more)
    return bounds._replace(since=bounds.since - more)
