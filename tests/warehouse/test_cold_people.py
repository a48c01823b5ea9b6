"""Who has rows in the cold table, against the rows themselves."""

from contextlib import suppress

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bowerbird.event import Event, Position
from bowerbird.person_ids import person_id
from bowerbird.warehouse.base import Row
from bowerbird.warehouse.duck import DuckWarehouse

NOTED = "SELECT workspace, person FROM cold_people ORDER BY ALL"
THERE = "SELECT DISTINCT workspace, person FROM cold WHERE person IS NOT NULL ORDER BY ALL"
_ID = "018f0000-0000-7000-8000-{:012x}"


def row(number, person):
    """`person` None: nobody's."""
    event = Event("ab"[(person or 0) % 2], _ID.format(number), "scribe", "track", "seen", number, number, "key")
    return Row(Position(1, number + 1, 0), event, "stored", None if person is None else person_id(person))


def assert_noted(warehouse):
    assert warehouse.query(NOTED) == warehouse.query(THERE)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.none() | st.integers(1, 6), min_size=1, max_size=30),
    taken=st.lists(st.sets(st.integers(0, 29), min_size=1), max_size=3),
)
def test_whoever_has_a_cold_row_is_noted_once(tmp_path_factory, people, taken):
    warehouse = DuckWarehouse(tmp_path_factory.mktemp("duck") / "warehouse.duckdb", "512MB", 1, row_group=4)
    rows = [row(number, person) for number, person in enumerate(people)]
    for each in rows:
        warehouse.write([warehouse.pack([each])], {1: each.position.offset})
        warehouse.move()
    assert_noted(warehouse)
    for numbers in taken:
        gone = [replace(rows[number], outcome="erased", person_id=None) for number in numbers if number < len(rows)]
        warehouse.restore(gone)
        assert_noted(warehouse)
        warehouse.move()
        assert_noted(warehouse)
    warehouse.clear()
    assert warehouse.query(NOTED) == []
    warehouse.close()


def test_a_move_that_fails_notes_nobody(duck, monkeypatch):
    duck.write([duck.pack([row(number, number) for number in range(8)])], {1: 8})
    monkeypatch.setattr("bowerbird.warehouse.moves._FORGET", "SELECT error('no')")
    with suppress(duckdb.Error):
        duck.move()
    assert duck.query(NOTED) == []
    monkeypatch.undo()
    assert duck.move() == 8
    assert len(duck.query(NOTED)) == 8
