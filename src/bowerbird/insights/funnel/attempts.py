"""All attempts at a funnel as a table: one row an attempt, with when it reached each step.

Every order makes the same table: `person`, `tie`, the keys of the breakdown, and `a1`, `a2`, …: the place of each
step's event on the person's way, NULL where the attempt did not get. A place is µs since the beginning of the range;
where one event could serve several steps, two events need two places: then the µs are followed by 32 bits that count
the person's events. `tie` orders attempts that began in the same place.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.draft import Draft, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.funnel.question import FunnelQuestion
from bowerbird.insights.question import Asking

_SECOND = 1_000_000
_COUNTED = 1 << 32


class Way(NamedTuple):
    """What the makers of attempts work with."""

    question: FunnelQuestion
    draft: Draft
    keys: Sequence[str]
    events: str
    """The table of events: person, place, s1, s2, … (whether it fits the step), x0, x1, … (an exclusion),
    keys of the breakdown."""
    counted: bool
    """Whether places are followed by a count."""

    def time(self, place: str) -> str:
        """µs since the beginning of the range."""
        return f"({place} // {_COUNTED})::BIGINT" if self.counted else place

    def in_time(self, place: str, first: str) -> str:
        window = self.draft.bind(self.question.window.seconds * _SECOND)
        return f"{self.time(place)} - {self.time(first)} <= {window}::BIGINT"

    def columns(self, *more: str) -> str:
        return ", ".join([*more, *self.keys])


def way(question: FunnelQuestion, asking: Asking, draft: Draft, breakdown: Breakdown) -> Way:
    """Reads the events that the funnel looks at, of persons."""
    period = asking.bounds(question)
    events = Events(draft, period)
    conditions = asking.conditions
    steps = [conditions.of_event(each.event, each.where, events) for each in question.steps]
    exclusions = [conditions.of_event(each.event, each.where, events) for each in question.exclusions]
    if question.order == "any":
        steps = [
            all_of([step, *(f"NOT coalesce({one}, false)" for one in steps[:at])]) for at, step in enumerate(steps)
        ]
    keys = breakdown.columns(events, conditions)
    clauses = [f"{events.person()} IS NOT NULL", conditions.clause(question.where, events)]
    if question.order != "strict":
        clauses.append(" OR ".join(f"({each})" for each in (*steps, *exclusions)))
    at = f"epoch_us({events.plain('occurred_at')}) - {draft.bind(period.since)}::BIGINT AS place"
    flags = [f"coalesce({step}, false) AS s{number}" for number, step in enumerate(steps, 1)]
    flags += [f"coalesce({each}, false) AS x{number}" for number, each in enumerate(exclusions)]
    table = events.table(all_of(clauses))
    rows = draft.table(f"SELECT {', '.join(['person', at, *flags, *keys])} FROM {table}", "fitting")
    found = Way(question, draft, breakdown.keys, rows, question.order != "strict" and not _apart(question))
    return found._replace(events=draft.table(_counted(found), "placed")) if found.counted else found


def _only(step: str, before: Sequence[str]) -> str:
    return all_of([step, *(f"NOT coalesce({one}, false)" for one in before)])


def attempts(way: Way) -> str:
    """The table's name."""
    return {"ordered": _ordered, "strict": _strict, "any": _any}[way.question.order](way)


def _apart(question: FunnelQuestion) -> bool:
    """Whether no event can be two of the funnel's things, by its name."""
    steps = [step.event for step in question.steps]
    excluded = {each.event for each in question.exclusions}
    overlapping = question.order != "any" and len(set(steps)) < len(steps)
    return not overlapping and None not in {*steps, *excluded} and not excluded & set(steps)


def _by_place(way: Way) -> str:
    flags = [f"s{number} DESC" for number in range(1, len(way.question.steps) + 1)]
    flags += [f"x{number} DESC" for number in range(len(way.question.exclusions))]
    return ", ".join(["place", *flags, *(f"{key} ASC NULLS LAST" for key in way.keys)])


def _counted(way: Way) -> str:
    number = f"row_number() OVER (PARTITION BY person ORDER BY {_by_place(way)})"
    return f"SELECT * REPLACE (place::HUGEINT * {_COUNTED} + {number} AS place) FROM {way.events}"


def _ordered(way: Way) -> str:
    first = f"SELECT {way.columns('person', '0 AS tie', 'place AS a1')} FROM {way.events} WHERE s1"
    table = way.draft.table(first, "reached")
    later = ">" if way.counted else ">="
    for step in range(2, len(way.question.steps) + 1):
        following = f"(SELECT person, place FROM {way.events} WHERE s{step})"
        join = f"ASOF LEFT JOIN {following} AS n ON n.person = c.person AND n.place {later} c.a{step - 1}"
        table = _reach(way, table, step, ("n.place", join))
    return table


def _any(way: Way) -> str:
    """Attempts from every event: the first event from there on of each step, in the order of their places."""
    steps = range(1, len(way.question.steps) + 1)
    step = f"CASE {' '.join(f'WHEN s{number} THEN {number}' for number in steps)} END"
    found = [
        f"first_value(CASE WHEN tie = {number} THEN place END IGNORE NULLS) OVER w AS n{number}" for number in steps
    ]
    numbered = f"SELECT {way.columns('person', f'{step} AS tie', 'place')} FROM {way.events}"
    table = way.draft.table(
        f"""SELECT *, {", ".join(found)} FROM ({numbered}) WHERE tie IS NOT NULL
        WINDOW w AS (PARTITION BY person ORDER BY place, tie ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)""",
        "following",
    )
    in_time = ", ".join(f"CASE WHEN {way.in_time(f'n{number}', 'place')} THEN n{number} END" for number in steps)
    columns = way.columns("person", "tie", "place AS a1", f"list_sort([{in_time}], 'ASC', 'NULLS LAST') AS n")
    table = way.draft.table(f"SELECT {columns} FROM {table}", "reached")
    for number in steps[1:]:
        table = _reach(way, table, number, (f"c.n[{number}]", ""))
    return table


def _reach(way: Way, table: str, step: int, following: tuple[str, str]) -> str:
    """One more step. `following`: the place of its event, and the join that finds it. An attempt that did not reach
    the step before has none."""
    place, joins = following
    clauses = [f"c.a{step - 1} IS NOT NULL", way.in_time(place, "c.a1")]
    from_ = ">" if way.counted else ">="
    for number, each in enumerate(way.question.exclusions):
        if (each.before_step or len(way.question.steps)) == step:
            excluded = f"(SELECT person, place FROM {way.events} WHERE x{number})"
            on = f"x{number}.person = c.person AND x{number}.place {from_} c.a{each.after_step}"
            joins += f" ASOF LEFT JOIN {excluded} AS x{number} ON {on}"
            clauses.append(f"x{number}.place IS NULL OR x{number}.place >= {place}")
    reached = f"CASE WHEN {all_of(clauses)} THEN {place} END AS a{step}"
    return way.draft.table(f"SELECT c.*, {reached} FROM {table} AS c {joins}", "reached")


def _strict(way: Way) -> str:
    """Attempts from the events that come right after the first one, whatever they are."""
    steps = range(2, len(way.question.steps) + 1)
    leads = [
        f"lead(place, {step - 1}) OVER w AS n{step}, lead(s{step}, {step - 1}) OVER w AS f{step}" for step in steps
    ]
    columns = way.columns("person", "place AS a1", "s1", "row_number() OVER w AS tie", *leads)
    window = f"WINDOW w AS (PARTITION BY person ORDER BY {_by_place(way)})"
    table = way.draft.table(f"SELECT * FROM (SELECT {columns} FROM {way.events} {window}) WHERE s1", "reached")
    for step in steps:
        reached = f"CASE WHEN a{step - 1} IS NOT NULL AND f{step} AND {way.in_time(f'n{step}', 'a1')} THEN n{step} END"
        table = way.draft.table(f"SELECT *, {reached} AS a{step} FROM {table}", "reached")
    return table
