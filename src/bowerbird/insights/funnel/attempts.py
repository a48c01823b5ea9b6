"""All attempts at a funnel as a table, with when each reached which step.

Every order makes the same table: `person`, `tie`, the keys of the breakdown, and `a1`, `a2`, …: the place of each
step's event on the person's way, NULL where the attempt did not get, or where a further row of it says more. A place
is µs since the beginning of the range; where one event could serve several steps, two events need two places: then
the µs are followed by 32 bits that count the person's events. `tie` orders attempts that began in the same place.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.draft import Draft, all_of
from bowerbird.insights.events import Events
from bowerbird.insights.funnel.question import FunnelQuestion
from bowerbird.insights.question import Asking

_SECOND = 1_000_000
COUNTED = 1 << 32
"""More events than a person has."""


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
        return f"({place} // {COUNTED})::BIGINT" if self.counted else place

    def in_time(self, place: str, first: str) -> str:
        window = self.draft.bind(self.question.window.seconds * _SECOND)
        return f"{self.time(place)} - {self.time(first)} <= {window}::BIGINT"

    @property
    def later(self) -> str:
        """How the place of a following event compares with the one before."""
        return ">" if self.counted else ">="

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
    rows = draft.table(f"SELECT {', '.join(['person', at, *flags, *keys])} FROM {table}", "fitting", kept=True)
    found = Way(question, draft, breakdown.keys, rows, question.order != "strict" and not _apart(question))
    return found._replace(events=draft.table(_counted(found), "placed")) if found.counted else found


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
    return f"SELECT * REPLACE (place::HUGEINT * {COUNTED} + {number} AS place) FROM {way.events}"


def _ordered(way: Way) -> str:
    """An attempt stands in the table once for each step that it reached."""
    first = f"SELECT {way.columns('person', '0 AS tie', 'place AS a1')} FROM {way.events} WHERE s1"
    stages = [way.draft.table(first, "reached")]
    for step in range(2, len(way.question.steps) + 1):
        following = f"(SELECT person, place FROM {way.events} WHERE s{step})"
        join = f"ASOF JOIN {following} AS n ON n.person = c.person AND n.place {way.later} c.a{step - 1}"
        clauses, joins = _limits(way, step, "n.place")
        sql = f"SELECT c.*, n.place AS a{step} FROM {stages[-1]} AS c {join}{joins} WHERE {all_of(clauses)}"
        stages.append(way.draft.table(sql, "reached"))
    return way.draft.table(" UNION ALL BY NAME ".join(f"SELECT * FROM {stage}" for stage in stages), "attempts")


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
        clauses, joins = _limits(way, number, f"c.n[{number}]")
        clauses.append(f"c.a{number - 1} IS NOT NULL")
        reached = f"CASE WHEN {all_of(clauses)} THEN c.n[{number}] END AS a{number}"
        table = way.draft.table(f"SELECT c.*, {reached} FROM {table} AS c{joins}", "reached")
    return table


def _limits(way: Way, step: int, place: str) -> tuple[list[str], str]:
    """What has to hold for an attempt of `c` to reach this step in this place, and the joins that this takes."""
    clauses = [way.in_time(place, "c.a1")]
    joins = ""
    for number, each in enumerate(way.question.exclusions):
        if (each.before_step or len(way.question.steps)) == step:
            excluded = f"(SELECT person, place FROM {way.events} WHERE x{number})"
            on = f"x{number}.person = c.person AND x{number}.place {way.later} c.a{each.after_step}"
            joins += f" ASOF LEFT JOIN {excluded} AS x{number} ON {on}"
            clauses.append(f"x{number}.place IS NULL OR x{number}.place >= {place}")
    return clauses, joins


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
