"""Moves beside writes, reads and replacements."""

import threading

import duckdb
import pytest
from msgspec.structs import replace

from bowerbird.event import Position
from bowerbird.person_ids import person_id_of
from bowerbird.warehouse.base import EventQuery
from bowerbird.warehouse.duck import DuckWarehouse

MOMENT = """
    SELECT count(*), count(DISTINCT event_id), max("offset"), (SELECT max("offset") FROM positions)
    FROM events"""


def in_tables(warehouse):
    asked = "SELECT (SELECT count(*) FROM hot), (SELECT count(*) FROM cold)"
    return warehouse.query(asked)[0]


def test_only_whole_groups_move(duck, make_row):
    duck.write([duck.pack([make_row() for _ in range(7)])], {1: 7})
    assert duck.move() == 0
    duck.write([duck.pack([make_row() for _ in range(14)])], {1: 21})
    assert [duck.move(), duck.move(), duck.move()] == [8, 8, 0]
    assert in_tables(duck) == (5, 16)


def test_the_oldest_rows_move_first(duck, make_row):
    rows = [make_row() for _ in range(10)]
    duck.write([duck.pack(rows[:5])], {1: 5})
    duck.write([duck.pack(rows[5:])], {1: 10})
    duck.move()
    left = duck.query('SELECT "offset" FROM hot ORDER BY 1')
    assert left == [(row.position.offset,) for row in rows[8:]]


def test_rows_that_do_not_count_as_events_do_not_move(duck, make_row):
    duck.write([duck.pack([make_row(outcome="duplicate") for _ in range(20)])], {1: 20})
    assert duck.move() == 0


def test_positions_stay_small(duck, make_row):
    for offset in range(1, 9):
        duck.write([duck.pack([make_row()])], {1: offset})
    duck.move()
    assert duck.query("SELECT * FROM positions") == [(1, 8)]
    assert duck.applied() == {1: 8}


def test_every_moment_shows_every_row_once(tmp_path, make_row):
    """One thread writes and knows what it wrote; one moves; this one reads whatever moment it meets."""
    warehouse = DuckWarehouse(tmp_path / "warehouse.duckdb", "512MB", 1, row_group=20)
    batches = [[make_row(position=Position(1, n, index)) for index in range(7)] for n in range(1, 81)]
    written = threading.Event()
    failures = []

    def write():
        try:
            for n, batch in enumerate(batches, 1):
                warehouse.write([warehouse.pack(batch)], {1: n})
        except Exception as failure:
            failures.append(failure)
        finally:
            written.set()

    def move():
        try:
            while not written.is_set():
                warehouse.move()
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=write), threading.Thread(target=move)]
    for thread in threads:
        thread.start()
    moments = 0
    while not written.is_set():
        count, distinct, highest, applied = warehouse.query(MOMENT)[0]
        assert count == distinct == 7 * (highest or 0)
        assert highest == applied
        moments += 1
    for thread in threads:
        thread.join()
    assert failures == []
    assert moments > 3
    assert in_tables(warehouse)[1] > 0
    assert warehouse.counts({1: 80}) == {("default", "scribe", "stored"): 560}
    warehouse.close()


def test_restore_and_move_take_turns(tmp_path, make_row):
    warehouse = DuckWarehouse(tmp_path / "warehouse.duckdb", "512MB", 1, row_group=10)
    rows = [make_row() for _ in range(100)]
    warehouse.write([warehouse.pack(rows)], {1: 100})
    mover = threading.Thread(target=lambda: [warehouse.move() for _ in range(10)])
    mover.start()
    for row in rows[::10]:
        warehouse.restore([replace(row, outcome="erased", person_id=None)])
    mover.join()
    assert warehouse.counts({1: 100}) == {("default", "scribe", "stored"): 90, ("default", "scribe", "erased"): 10}
    warehouse.close()


def test_a_long_read_sees_its_own_moment(duck, make_row):
    rows = [make_row(person_id=person_id_of(Position(1, 1, 0))) for _ in range(16)]
    duck.write([duck.pack(rows)], {1: 16})
    reading = duck.of_people("default", [person_id_of(Position(1, 1, 0))])
    first = next(reading)
    assert duck.move() == 8
    duck.restore([replace(rows[3], outcome="erased", person_id=None)])
    read = [first, *reading]
    assert [each.event_id for each in read] == [row.event.event_id for row in rows]
    assert len(duck.events(EventQuery("default"))) == 15


def test_a_move_that_fails_leaves_everything_where_it_was(duck, make_row):
    duck.write([duck.pack([make_row() for _ in range(8)])], {1: 8})
    duck.query("ALTER TABLE hot RENAME COLUMN context TO other")
    with pytest.raises(duckdb.Error):
        duck.move()
    duck.query("ALTER TABLE hot RENAME COLUMN other TO context")
    assert in_tables(duck) == (8, 0)
    assert duck.move() == 8
