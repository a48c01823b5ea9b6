"""Small worlds of events, told as plain Python, and the same in the warehouse's tables."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import strategies as st

from bowerbird.clock import SECOND, FixedClock
from bowerbird.event import Event, Position
from bowerbird.insights.ask import Insights
from bowerbird.insights.base import Answer
from bowerbird.insights.conditions import Condition, Did
from bowerbird.insights.fields import COLUMNS
from bowerbird.insights.fields import field as parse_field
from bowerbird.insights.question import parse
from bowerbird.insights.ranges import Range, period
from bowerbird.person_ids import person_id
from bowerbird.warehouse import cold_people
from bowerbird.warehouse.base import Row
from bowerbird.warehouse.columns import table
from bowerbird.warehouse.duck_facts import TABLES as FACTS
from bowerbird.warehouse.duck_facts import add
from bowerbird.warehouse.facts import Facts, Told
from bowerbird.warehouse.rows import pack
from bowerbird.warehouse.schema import STORED, TABLES, TEXT
from bowerbird.warehouse.tables import DuckTables

NOW = int(datetime(2026, 4, 2, 15, 30, tzinfo=UTC).timestamp()) * SECOND
"""A few days after the clocks changed in Berlin (29 March)."""
DAY = 86_400 * SECOND
WORKSPACE = "default"
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_COLUMNS = ("person", "occurred_at", "value", "event_id", "properties", *TEXT)


@dataclass
class World:
    """`events`: dicts of the warehouse's columns, `properties` as a dict, `occurred_at` in µs, `person` the node.
    `roots`: node → root of those merged. `traits`: (node, name, value, µs, event id)."""

    events: list[dict[str, Any]]
    roots: dict[int, int] = field(default_factory=dict)
    traits: list[tuple[int, str, Any, int, str]] = field(default_factory=list)
    segments: dict[str, Condition] = field(default_factory=dict)
    zone: str = "UTC"

    def person(self, event: dict[str, Any]) -> int | None:
        """The person of this moment."""
        return self.roots.get(event["person"], event["person"])

    def everybody(self) -> set[int]:
        nodes = {event["person"] for event in self.events} | {trait[0] for trait in self.traits}
        return {self.roots.get(node, node) for node in nodes if node is not None}

    def trait(self, person: int | None, path: tuple[str, ...]) -> Any:
        told = [
            (at, event_id, value)
            for node, name, value, at, event_id in self.traits
            if self.roots.get(node, node) == person and name == path[0]
        ]
        return _inside(max(told, key=lambda one: one[:2])[2], path[1:]) if told else None

    def get(self, name: str, event: dict[str, Any] | None, person: int | None) -> Any:
        """A field of the event, or of the person."""
        wanted = parse_field(name)
        if wanted.source == "trait":
            return self.trait(person, wanted.path)
        assert event is not None
        if wanted.source == "column":
            value = event[COLUMNS[wanted.path[0]]]
            return float(value) if value is not None and wanted.path[0] == "value" else value
        return _inside(event["properties"], wanted.path)

    def within(self, range_: Range) -> list[dict[str, Any]]:
        since, until, _ = self.period(range_)
        return [event for event in self.events if since <= event["occurred_at"] < until]

    def period(self, range_: Range, zone: str | None = None) -> Any:
        from zoneinfo import ZoneInfo

        return period(range_, ZoneInfo(zone or self.zone), NOW)

    def holds(self, condition: Condition | None, event: dict[str, Any] | None, person: int | None) -> bool:
        """What a condition means."""
        if condition is None:
            return True
        if condition.all is not None:
            return all(self.holds(each, event, person) for each in condition.all)
        if condition.any is not None:
            return any(self.holds(each, event, person) for each in condition.any)
        if condition.not_ is not None:
            return not self.holds(condition.not_, event, person)
        if condition.segment is not None:
            return self.holds(self.segments[condition.segment], None, person)
        if condition.did is not None:
            return person is not None and self.did(condition.did, person)
        return compare(condition.op, self.get(condition.field or "", event, person), condition.value)

    def did(self, did: Did, person: int) -> bool:
        events = self.events if did.range is None else self.within(did.range)
        times = sum(
            self.person(event) == person
            and (did.event is None or event["name"] == did.event)
            and self.holds(did.where, event, person)
            for event in events
        )
        return times >= did.at_least and (did.at_most is None or times <= did.at_most)


def text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def number(value: Any) -> float | None:
    written = text(value)
    return float(written) if written is not None and _NUMBER.fullmatch(written) else None


def compare(op: str, value: Any, wanted: Any) -> bool:
    def equal(one: Any) -> bool:
        if isinstance(one, int | float) and not isinstance(one, bool):
            return number(value) is not None and number(value) == one
        return text(value) == text(one)

    have = number(value)
    match op:
        case "set" | "not_set":
            return (value is None) == (op == "not_set")
        case "equals" | "not_equals":
            return equal(wanted) == (op == "equals")
        case "in" | "not_in":
            return any(equal(one) for one in wanted) == (op == "in")
        case "contains" | "not_contains":
            return (wanted in (text(value) or "") and value is not None) == (op == "contains")
        case "matches":
            return value is not None and re.search(wanted, text(value) or "") is not None
        case "greater":
            return have is not None and have > wanted
        case "at_least":
            return have is not None and have >= wanted
        case "less":
            return have is not None and have < wanted
        case _:
            return have is not None and have <= wanted


def _inside(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


class Asked:
    """The warehouse's own tables in memory, filled with one world after the other."""

    def __init__(self) -> None:
        self.db = duckdb.connect(config={"threads": 1, "storage_compatibility_version": "latest"})
        for statement in (*TABLES, cold_people.TABLE, *FACTS):
            self.db.execute(statement)

    def ask(self, world: World, kind: str, question: Any) -> Answer:
        self.fill(world)
        insights = Insights(
            DuckTables(self.db.cursor), lambda _, name: world.segments.get(name), lambda: (0, 0.0), FixedClock(NOW)
        )
        return insights.ask(WORKSPACE, world.zone, kind, question)

    def fill(self, world: World) -> None:
        """Every second event of the workspace in the cold table."""
        for name in ("hot", "cold", "cold_people", "roots", "traits"):
            self.db.execute(f"DELETE FROM {name}")
        rows = [_row(number, event) for number, event in enumerate(world.events)]
        rows += [_row(number, {**event, "workspace": "another"}) for number, event in enumerate(world.events[:3])]
        if stored := pack(rows).stored:
            self.db.register("batch", table([stored]))
            self.db.execute(
                "INSERT INTO hot BY NAME SELECT * REPLACE (make_timestamp(occurred_at) AS occurred_at) FROM batch"
            )
            self.db.unregister("batch")
        columns = ", ".join(f'"{column}"' for column in STORED)
        half = 'WHERE workspace = $workspace AND "index" % 2 = 1'
        self.db.execute(
            f"INSERT INTO cold ({columns}, property_names) SELECT * REPLACE (properties::JSON::VARIANT AS properties, "
            'context::JSON::VARIANT AS context), CASE WHEN "index" % 4 = 1 THEN '
            "'/' || array_to_string(list_sort(json_keys(properties)), '/') || '/' END "
            f"FROM (SELECT {columns} FROM hot {half})",
            {"workspace": WORKSPACE},
        )
        self.db.execute("INSERT INTO cold_people SELECT DISTINCT workspace, person FROM cold WHERE person IS NOT NULL")
        self.db.execute(f"DELETE FROM hot {half}", {"workspace": WORKSPACE})
        add(self.db, _facts(world))


def _row(number: int, event: dict[str, Any]) -> Row:
    at, person = event["occurred_at"], event["person"]
    known = {name: event[name] for name in TEXT if event.get(name) is not None}
    value = None if event.get("value") is None else Decimal(event["value"])
    told = Event(
        **{
            "dialect": "scribe",
            "kind": "track",
            **known,
            "key_id": "key",
            "event_id": event["event_id"],
            "value": value,
            "occurred_at": at,
        },
        received_at=at,
        properties=event["properties"],
    )
    return Row(Position(1, 1, number), told, "stored", None if person is None else person_id(person))


def _facts(world: World) -> Facts:
    return Facts(
        {person_id(node): person_id(root) for node, root in world.roots.items()},
        [
            Told(WORKSPACE, person_id(node), name, json.dumps(value), at, event_id)
            for node, name, value, at, event_id in world.traits
        ],
    )


@pytest.fixture(scope="session")
def asked() -> Asked:
    return Asked()


@pytest.fixture(scope="module")
def answering(shared_house: Any, asked: Asked) -> Iterator[Any]:
    """A house with a console, whose questions are asked of what `asked` was filled with."""
    insights = shared_house.sources.insights
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(insights, "_tables", DuckTables(asked.db.cursor))
        patch.setattr(insights, "_clock", FixedClock(NOW))
        yield shared_house


NAMES = ("signup", "viewed", "bought", "left")
VALUES = st.sampled_from(["pro", "free", "5", 5, 5.5, 0, -1, True, False, "x y", None, "1e1", "", [5, 2]])


@st.composite
def _worlds(draw: st.DrawFn, most: int = 30) -> World:
    count = draw(st.integers(0, most))
    events = [
        {
            **dict.fromkeys(_COLUMNS),
            "workspace": WORKSPACE,
            "event_id": f"00000000-0000-7000-8000-{number:012d}",
            "person": draw(st.sampled_from([1, 2, 3, 4, 5, 5, None])),
            # Whole minutes, some of them equal, over about ten weeks
            "occurred_at": NOW - draw(st.integers(0, 70 * 24 * 6)) * 600 * SECOND,
            "dialect": draw(st.sampled_from(["scribe", "klaviyo"])),
            "kind": "track",
            "name": draw(st.sampled_from(NAMES)),
            "account_id": draw(st.sampled_from([None, "acme"])),
            "list_id": draw(st.sampled_from([None, "94"])),
            "value": draw(st.sampled_from([None, "10", "19.99", "-3.5"])),
            "currency": draw(st.sampled_from([None, "EUR", "USD"])),
            "order_id": draw(st.sampled_from([None, "o1", "o2", "o3"])),
            "properties": draw(
                st.fixed_dictionaries(
                    {}, optional={"plan": VALUES, "n": st.fixed_dictionaries({"a.b": VALUES, "0": VALUES})}
                )
            ),
        }
        for number in range(count)
    ]
    roots = draw(st.sampled_from([{}, {2: 1}, {2: 1, 3: 1}, {5: 4}]))
    traits = [
        (
            draw(st.integers(1, 6)),
            draw(st.sampled_from(["city", "plan"])),
            draw(st.sampled_from(["Berlin", "Rome", 5, {"a": "x"}, None])),
            NOW - draw(st.integers(0, 5)) * DAY,
            f"00000000-0000-7000-9000-{number:012d}",
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    segments = {"buyers": parse(Condition, {"did": {"event": "bought"}})}
    return World(events, roots, traits, segments, draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])))


@pytest.fixture(scope="session")
def worlds() -> st.SearchStrategy[World]:
    return _worlds()


@pytest.fixture(scope="session")
def told() -> Any:
    """Makes a world of (person, name, minutes before now)."""

    def tell(*events: tuple[int | None, str, float]) -> World:
        plain = {**dict.fromkeys(_COLUMNS), "workspace": WORKSPACE, "dialect": "scribe", "kind": "track"}
        return World(
            [
                {
                    **plain,
                    "event_id": f"00000000-0000-7000-8000-{number:012d}",
                    "person": person,
                    "name": name,
                    "occurred_at": NOW - int(minutes * 60 * SECOND),
                    "properties": {},
                }
                for number, (person, name, minutes) in enumerate(events)
            ]
        )

    return tell


NAMED = ["name", "property:plan", "property:plan.0", "account", "value"]
_LEAVES = st.one_of(
    st.builds(
        lambda field, op, value: {"field": field, "op": op, "value": value},
        st.sampled_from([*NAMED, "property:n.a\\.b", "trait:city", "trait:plan.a"]),
        st.sampled_from(["equals", "not_equals"]),
        st.sampled_from(["pro", "5", 5, 5.5, True, "Berlin", "signup", "acme", 10]),
    ),
    st.builds(
        lambda field, op, value: {"field": field, "op": op, "value": value},
        st.sampled_from(["property:plan", "value", "trait:plan"]),
        st.sampled_from(["greater", "at_least", "less", "at_most"]),
        st.sampled_from([0, 5, 5.5, 10]),
    ),
    st.builds(
        lambda field, op, value: {"field": field, "op": op, "value": value},
        st.sampled_from(["property:plan", "name", "trait:city"]),
        st.sampled_from(["in", "not_in"]),
        st.lists(st.sampled_from(["pro", "5", 5, True, "bought", "Rome"]), max_size=3),
    ),
    st.builds(
        lambda field, op, value: {"field": field, "op": op, "value": value},
        st.sampled_from(["property:plan", "name", "trait:city"]),
        st.sampled_from(["contains", "not_contains", "matches"]),
        st.sampled_from(["e", "o", "5", "r"]),
    ),
    st.builds(
        lambda field, op: {"field": field, "op": op},
        st.sampled_from(["property:plan", "list", "trait:city", "currency"]),
        st.sampled_from(["set", "not_set"]),
    ),
    st.just({"segment": "buyers"}),
    st.builds(
        lambda event, least, days: {"did": {"event": event, "at_least": least, "range": {"last": days}}},
        st.sampled_from([*NAMES, None]),
        st.integers(1, 3),
        st.integers(1, 60),
    ),
)


@pytest.fixture(scope="session")
def conditions() -> st.SearchStrategy[dict[str, Any]]:
    """Conditions as a question's JSON."""
    return st.recursive(
        _LEAVES,
        lambda inner: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
            st.builds(lambda part: {"not": part}, inner),
        ),
        max_leaves=4,
    )


@pytest.fixture(scope="session")
def local() -> Any:
    """The clock's reading of an instant (µs) in a time zone."""
    from zoneinfo import ZoneInfo

    def read(micros: int, zone: str) -> datetime:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).astimezone(ZoneInfo(zone))

    return read
