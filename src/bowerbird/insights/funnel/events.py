"""The events that a funnel looks at, as numbers.

Columns: `person`; `place`, when it was, in µs since the beginning of the range, followed by a bit for each step and
each exclusion that the event does not fit, the first step's the highest, so that events at the very same time stand in
the order of what they fit; and with a breakdown `group`, the number of the event's group.
"""

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.base import Flags, Numbers, Snapshot
from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.draft import Statement, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.funnel.groups import Groups
from bowerbird.insights.funnel.question import FunnelQuestion
from bowerbird.insights.question import Asking

MOST_BITS = 63
"""Of `place`: 50 years with 12 steps and exclusions, 8 years with 15."""
_FITTING = "fitting"


def bits(question: FunnelQuestion) -> int:
    return len(question.steps) + len(question.exclusions)


def times(question: FunnelQuestion, place: Numbers) -> Numbers:
    """µs since the beginning of the range."""
    return place >> bits(question)


def fits_step(question: FunnelQuestion, step: int, place: Numbers) -> Flags:
    """Steps are counted from 1."""
    fits: Flags = (place & 1 << bits(question) - step) == 0
    return fits


def fits_exclusion(question: FunnelQuestion, number: int, place: Numbers) -> Flags:
    """Exclusions are counted from 0."""
    return fits_step(question, len(question.steps) + 1 + number, place)


def looked_at(question: FunnelQuestion, asking: Asking, snapshot: Snapshot) -> tuple[Statement, Groups | None]:
    """The events of persons that can matter, and with a breakdown its groups."""
    breakdown = Breakdown(question.breakdown, question.limit)
    statement = _statement(question, asking, breakdown)
    if not question.breakdown:
        return statement, None
    snapshot.keep(_FITTING, *statement)
    groups = Groups(snapshot, _FITTING, breakdown.keys)
    return Statement(groups.numbered(_FITTING, ["person", "place"]), {}), groups


def _statement(question: FunnelQuestion, asking: Asking, breakdown: Breakdown) -> Statement:
    draft = asking.draft()
    period = asking.bounds(question)
    if (period.until - period.since).bit_length() + bits(question) > MOST_BITS:
        hint = "Ask for a shorter range, or for fewer steps and exclusions."
        raise QuestionInvalidError("the range is too long for so many steps and exclusions", hint)
    events = Events(draft, period)
    _narrow(question, events)
    fits = _fitting(question, asking, events)
    keys = breakdown.columns(events, asking.conditions)
    clauses = [f"{events.person()} IS NOT NULL", asking.conditions.clause(question.where, events)]
    if question.order != "strict":
        clauses.append(" OR ".join(f"({each})" for each in fits))
    since = f"epoch_us({events.plain('occurred_at')}) - {draft.bind(period.since)}::BIGINT"
    place = " + ".join([f"({since}) * {1 << len(fits)}", *_misses(fits)])
    table = events.table(all_of(clauses))
    return draft.finish(f"SELECT {', '.join(['person', f'{place} AS place', *keys])} FROM {table}")


def _narrow(question: FunnelQuestion, events: Events) -> None:
    """Between the first and the last name: these bounds are met while rows are read, unlike a list of names."""
    names = [*(step.event for step in question.steps), *(each.event for each in question.exclusions)]
    known = [name for name in names if name is not None]
    if question.order != "strict" and len(known) == len(names):
        bind = events.draft.bind
        events.only(f"{events.plain('name')} BETWEEN {bind(min(known))} AND {bind(max(known))}")


def _fitting(question: FunnelQuestion, asking: Asking, events: Events) -> list[str]:
    """Clauses for steps and exclusions, in the order of their bits."""
    conditions = asking.conditions
    steps = [conditions.of_event(each.event, each.where, events) for each in question.steps]
    if question.order == "any":
        steps = [
            all_of([step, *(f"NOT coalesce({one}, false)" for one in steps[:at])]) for at, step in enumerate(steps)
        ]
    return steps + [conditions.of_event(each.event, each.where, events) for each in question.exclusions]


def _misses(fits: list[str]) -> list[str]:
    """A bit for each clause that does not hold."""
    return [f"CASE WHEN {each} THEN 0 ELSE {1 << at}::BIGINT END" for at, each in enumerate(reversed(fits))]
