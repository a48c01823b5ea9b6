"""The questions that Bowerbird and ClickHouse are asked, and the numbers that both have to give."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bowerbird.clock import SECOND, FixedClock
from bowerbird.insights.ask import Insights
from bowerbird.person_ids import person_id
from bowerbird.warehouse.base import EventQuery
from bowerbird.warehouse.duck import DuckWarehouse
from bowerbird.warehouse.tables import DuckTables
from insights_clickhouse import PERSON
from insights_data import DAY, World

STEPS = ("Viewed Product", "Added to Cart", "Placed Order")
WINDOW = 14 * DAY
WEEKS = 8


class Asked(NamedTuple):
    """One question. Each run asks it with other values where it has any, so that nothing answers from the last time."""

    name: str
    ours: Callable[[int], Any]
    """Asks it, in this run."""
    sql: Callable[[int], str]
    """The same for ClickHouse; `{events}` stands for the table."""
    our_numbers: Callable[[Any], Any]
    their_numbers: Callable[[list[list[Any]]], Any]


class Bowerbird:
    def __init__(self, warehouse: DuckWarehouse, now: int) -> None:
        self.warehouse = warehouse
        self._insights = Insights(DuckTables(warehouse.cursor), lambda *_: None, lambda: (0, 0.0), FixedClock(now))

    def ask(self, kind: str, question: dict[str, Any]) -> Any:
        return self._insights.ask("default", "UTC", kind, question).result


def questions(bird: Bowerbird, world: World) -> list[Asked]:
    return [
        _trend(bird, world),
        _funnel(bird, world),
        _retention(bird, world),
        _timeline(bird, world),
        _filter(bird, world),
    ]


def retention_question(world: World) -> dict[str, Any]:
    """Those who signed up in one of nine weeks; who of them came back in each of the eight after."""
    first = _monday(world) - timedelta(weeks=WEEKS)
    since, until = first.isoformat(), (first + timedelta(weeks=WEEKS + 1)).isoformat()
    return {"start": {"event": "signup"}, "range": {"since": since, "until": until}, "periods": WEEKS}


def trend_question(world: World) -> dict[str, Any]:
    return {"range": _range(world), "breakdown": ["property:plan"]}


def funnel_question(world: World) -> dict[str, Any]:
    return {"range": _range(world), "steps": [{"event": step} for step in STEPS]}


def filter_question(world: World, run: int) -> dict[str, Any]:
    where = {"field": "property:ProductID", "op": "equals", "value": f"sku-{run}"}
    return {"range": _range(world), "where": where}


def _trend(bird: Bowerbird, world: World) -> Asked:
    sql = f"""
        SELECT properties.plan.:String AS plan, toDate(occurred_at) AS day, count() FROM {{events}}
        WHERE {_bounds(world)} GROUP BY plan, day"""

    def theirs(rows: list[list[Any]]) -> Any:
        return {(plan, day): int(count) for plan, day, count in rows}

    def ours(trend: Any) -> Any:
        pairs = {(line.group[0], day): count for line in trend.lines for day, count in _by_day(trend, line)}
        return {key: count for key, count in pairs.items() if count}

    question = trend_question(world)
    return Asked("trend by property", lambda _: bird.ask("trend", question), lambda _: sql, ours, theirs)


def _funnel(bird: Bowerbird, world: World) -> Asked:
    steps = ", ".join(f"name = '{step}'" for step in STEPS)
    sql = f"""
        SELECT level, count() FROM (
            SELECT {PERSON} AS who,
                windowFunnel({WINDOW})(toUInt64(toUnixTimestamp64Micro(occurred_at)), {steps}) AS level
            FROM {{events}} WHERE {_bounds(world)} AND name IN {STEPS} GROUP BY who)
        GROUP BY level"""

    def theirs(rows: list[list[Any]]) -> Any:
        return [sum(int(count) for level, count in rows if level > step) for step in range(len(STEPS))]

    def ours(funnel: Any) -> Any:
        return [step.persons for step in funnel.everybody.steps]

    question = funnel_question(world)
    return Asked("funnel of three steps", lambda _: bird.ask("funnel", question), lambda _: sql, ours, theirs)


def _retention(bird: Bowerbird, world: World) -> Asked:
    first = int((_monday(world) - timedelta(weeks=WEEKS)).timestamp()) * SECOND
    week = f"intDiv(toUnixTimestamp64Micro(occurred_at) - {first}, {7 * DAY})"
    returned = ", ".join(f"countIf(bitTest(weeks, began + {period}))" for period in range(1, WEEKS + 1))
    sql = f"""
        SELECT began, count(), {returned} FROM (
            SELECT {PERSON} AS who, minIf(toUnixTimestamp64Micro(occurred_at), name = 'signup') AS start,
                intDiv(start - {first}, {7 * DAY}) AS began,
                groupBitOrIf(bitShiftLeft(toUInt32(1), greatest({week}, 0)),
                    toUnixTimestamp64Micro(occurred_at) >= {first}) AS weeks
            FROM {{events}} WHERE workspace = 'default' AND occurred_at < {_time(world.end)} GROUP BY who
            HAVING start >= {first})
        GROUP BY began ORDER BY began"""

    def theirs(rows: list[list[Any]]) -> Any:
        return {int(week): [int(count) for count in counts] for week, *counts in rows}

    def ours(retention: Any) -> Any:
        return {
            number: [cohort.persons, *(cell.persons if cell else 0 for cell in cohort.cells[1:])]
            for number, cohort in enumerate(retention.everybody.cohorts)
            if cohort.persons
        }

    question = retention_question(world)
    return Asked("retention over 8 weeks", lambda _: bird.ask("retention", question), lambda _: sql, ours, theirs)


def _timeline(bird: Bowerbird, world: World) -> Asked:
    def nodes(run: int) -> list[int]:
        return world.nodes((run + 1) * world.people // 200 // 5 * 5)

    def ask(run: int) -> Any:
        return bird.warehouse.events(EventQuery("default", people=tuple(map(person_id, nodes(run)))))

    def sql(run: int) -> str:
        people = ", ".join(map(str, nodes(run)))
        return f"""
            SELECT * FROM {{events}} WHERE workspace = 'default' AND person IN ({people})
            ORDER BY occurred_at DESC, id_time DESC, id_low DESC LIMIT 100"""

    def ours(events: Any) -> Any:
        return [event.received_at for event in events]

    return Asked("timeline of a person", ask, sql, ours, lambda rows: [int(row[0]) for row in rows])


def _filter(bird: Bowerbird, world: World) -> Asked:
    def sql(run: int) -> str:
        return f"""
            SELECT toDate(occurred_at) AS day, count() FROM {{events}}
            WHERE {_bounds(world)} AND properties.ProductID.:String = 'sku-{run}' GROUP BY day"""

    def ours(trend: Any) -> Any:
        return Counter(dict(_by_day(trend, trend.lines[0])))

    def theirs(rows: list[list[Any]]) -> Any:
        return Counter({day: int(count) for day, count in rows})

    return Asked("property filter", lambda run: bird.ask("trend", filter_question(world, run)), sql, ours, theirs)


def _by_day(trend: Any, line: Any) -> Any:
    return zip(trend.buckets, line.values, strict=True)


def _range(world: World) -> dict[str, str]:
    return {"since": _at(world.start).isoformat(), "until": _at(world.end).isoformat()}


def _bounds(world: World) -> str:
    bounds = f"occurred_at >= {_time(world.start)} AND occurred_at < {_time(world.end)}"
    return f"workspace = 'default' AND {bounds}"


def _time(micros: int) -> str:
    return f"fromUnixTimestamp64Micro({micros}, 'UTC')"


def _monday(world: World) -> datetime:
    """The start of the week that is the last one."""
    day = _at(world.end - DAY)
    return day - timedelta(days=day.weekday())


def _at(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / SECOND, UTC)
