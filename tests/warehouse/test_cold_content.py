"""What a sender sent comes back equal from hot and from cold, whatever it is."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.warehouse.base import EventQuery
from bowerbird.warehouse.duck import DuckWarehouse

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEYS = st.one_of(TEXT, st.sampled_from(["", "a", "A", "a.b", 'q"q', "$value", "a b", "\x00", "é", "[0]", "plan", "id"]))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [0, 0.0, -0.0, 1.0, 1e20, 5e-324, 1.7976931348623157e308, 2**53 + 1, "", "null", "1", "2024-01-01"]
    ),
    TEXT,
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)


def exact(value):
    """Equal only where types, signs of zero and all digits are; keys in any order."""
    if isinstance(value, dict):
        return {key: exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [exact(inner) for inner in value]
    if isinstance(value, float):
        return ("float", value, math.copysign(1, value))
    return (type(value).__name__, value)


def same(read, sent):
    assert exact(read.properties) == exact(sent.properties)
    assert exact(read.traits) == exact(sent.traits)
    assert exact(read.context) == exact(sent.context)


@pytest.fixture
def shredding(tmp_path: Path):
    """A warehouse that moves four rows at a time, and takes VARIANTs apart however few there are."""
    warehouse = DuckWarehouse(tmp_path / "warehouse.duckdb", "512MB", 1, row_group=4)
    yield warehouse
    warehouse.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(st.tuples(OBJECTS, OBJECTS, OBJECTS), min_size=4, max_size=4))
def test_content_survives_the_move(shredding, make_row, sent):
    rows = [make_row(properties=p, traits=t, context=c) for p, t, c in sent]
    shredding.clear()
    shredding.write([shredding.pack(rows)], {1: rows[-1].position.offset})
    by_id = {row.event.event_id: row.event for row in rows}
    for read in shredding.events(EventQuery("default")):
        same(read, by_id[read.event_id])
    while shredding.move():
        pass
    assert shredding.query("SELECT count(*) FROM cold") == [(len(rows),)]
    for read in shredding.events(EventQuery("default")):
        same(read, by_id[read.event_id])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(VALUES, min_size=8, max_size=8))
def test_a_property_of_changing_type_survives_the_move(shredding, make_row, values):
    """One column, many types: what shredding has to tell apart."""
    rows = [make_row(properties={"v": value}, context={"v": value}) for value in values]
    shredding.clear()
    shredding.write([shredding.pack(rows)], {1: rows[-1].position.offset})
    while shredding.move():
        pass
    by_id = {row.event.event_id: row.event for row in rows}
    for read in shredding.events(EventQuery("default")):
        same(read, by_id[read.event_id])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=TEXT, user_id=TEXT, source_id=TEXT)
def test_any_text_is_stored_and_found(duck, make_row, name, user_id, source_id):
    row = make_row(name=name, user_id=user_id, source_id=source_id)
    duck.write([duck.pack([row])], {1: row.position.offset})
    read = next(each for each in duck.find("default", source_id) if each.event_id == row.event.event_id)
    assert (read.name, read.user_id, read.source_id) == (name, user_id, source_id)
    assert duck.events(EventQuery("default", name=name))[0].event_id == row.event.event_id
    duck.clear()


@pytest.mark.parametrize("depth", [10, 64, 128])
def test_deep_nesting_survives_the_move(shredding, make_row, depth):
    nested = json.loads('{"a":' + "[" * depth + "]" * depth + "}")
    shredding.write([shredding.pack([make_row(properties=nested) for _ in range(4)])], {1: 4})
    assert shredding.move() == 4
    assert shredding.query("SELECT DISTINCT properties::JSON::VARCHAR FROM cold") == [
        (json.dumps(nested, separators=(",", ":")),)
    ]


def test_a_property_is_asked_for_in_hot_and_cold_alike(duck, make_row):
    rows = [make_row(properties={"plan": plan, "n": n}) for n, plan in enumerate(["pro", "free"] * 6)]
    duck.write([duck.pack(rows)], {1: 12})
    assert duck.move() == 8
    asked = "SELECT properties.plan::VARCHAR, sum(properties.n::INTEGER) FROM events GROUP BY ALL ORDER BY ALL"
    assert duck.query(asked) == [("free", 36), ("pro", 30)]
