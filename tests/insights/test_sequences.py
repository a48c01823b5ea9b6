"""Events in the order of each person, against Python's own sorting."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.errors import QuestionStoppedError
from bowerbird.insights.base import Columns, Numbers, Snapshot, Stop
from bowerbird.insights.draft import Statement
from bowerbird.insights.sequences import following, in_order, parts, pieces, sequences
from bowerbird.warehouse.tables import DuckTables

SPREADING = 0x9E3779B97F4A7C15
ALIKE = pow(SPREADING, -1, 1 << 64) - (1 << 64)
"""A number that is spread to 1, where 0 is spread to 0."""

Event = tuple[int, int, int]


def numbers(values: Any) -> Numbers:
    return np.array(list(values), np.int64)


def columns(events: list[Event]) -> Columns:
    return {name: numbers(event[at] for event in events) for at, name in enumerate(("person", "place", "group"))}


def by_person(events: list[Event]) -> dict[int, list[Event]]:
    found = defaultdict(list)
    for event in sorted(events):
        found[event[0]].append(event)
    return found


persons = st.one_of(st.integers(0, 5), st.integers(0, (1 << 62) - 1))
events = st.lists(st.tuples(persons, st.integers(0, 9) | st.integers(0, (1 << 62)), st.integers(0, 3)), max_size=60)


@given(events=events, most=st.integers(1, 70))
def test_each_persons_events_stand_in_order(events: list[Event], most: int) -> None:
    part = columns(events)
    found: dict[int, list[Event]] = {}
    for piece in pieces(part, most):
        told = sequences(part, piece)
        assert told.group is not None
        begin = 0
        for number, end in enumerate(told.end):
            assert set(told.number[begin:end].tolist()) == {number}
            told_of = list(
                zip(*(each[begin:end].tolist() for each in (told.person, told.place, told.group)), strict=True)
            )
            assert told_of[0][0] not in found
            found[told_of[0][0]] = told_of
            begin = end
        assert begin == len(told)
    assert found == by_person(events)


def test_two_persons_whose_numbers_are_spread_alike() -> None:
    part = {"person": numbers([0, ALIKE, 0, ALIKE, 0]), "place": numbers([3, 2, 1, 0, 2])}
    [piece] = pieces(part)
    assert len(set(piece.hashes.tolist())) == 1
    told = sequences(part, piece)
    found = list(zip(told.person.tolist(), told.place.tolist(), strict=True))
    assert found == [(ALIKE, 0), (ALIKE, 2), (0, 1), (0, 2), (0, 3)]
    assert told.end.tolist() == [2, 5]


@given(rows=st.lists(st.tuples(*[st.integers(0, 3) | st.integers(0, (1 << 40))] * 2), min_size=1))
def test_rows_in_order_whether_or_not_they_fit_in_one_number(rows: list[tuple[int, int]]) -> None:
    first, second = in_order([numbers(row[at] for row in rows) for at in range(2)])
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == sorted(rows)


@given(fits=st.lists(st.booleans(), min_size=1))
def test_the_next_position_that_fits(fits: list[bool]) -> None:
    count = len(fits)
    places = [at for at, one in enumerate(fits) if one]
    behind = [min((place for place in places if place > at), default=count) for at in range(count + 1)]
    here = [min((place for place in places if place >= at), default=count) for at in range(count + 1)]
    assert following(np.array(fits)).tolist() == behind
    assert following(np.array(fits), itself=True).tolist() == here


@pytest.fixture
def tables() -> Iterator[DuckTables]:
    with closing(duckdb.connect()) as db:
        db.execute("CREATE TABLE seen AS SELECT i % 7 AS person, i AS place FROM range(100) AS r(i)")
        yield DuckTables(db.cursor)


SEEN = Statement("SELECT * FROM seen WHERE place >= $least", {"least": 10})


@pytest.mark.parametrize("most", [90, 89, 30])
def test_parts_have_all_rows_of_a_person(tables: DuckTables, most: int) -> None:
    with tables.snapshot(Stop()) as snapshot:
        found = list(parts(snapshot, SEEN, most))
    assert (len(found) == 1) == (most == 90)
    persons = [set(part["person"].tolist()) for part in found]
    assert sum(map(len, persons)) == 7
    assert sorted(place for part in found for place in part["place"].tolist()) == list(range(10, 100))


def test_a_person_of_too_many_events_is_not_followed(tables: DuckTables) -> None:
    with pytest.raises(QuestionStoppedError, match="a few persons"), tables.snapshot(Stop()) as snapshot:
        list(parts(snapshot, SEEN, 5))


def test_a_snapshot_sees_one_moment_and_what_it_kept(tables: DuckTables) -> None:
    def count(snapshot: Snapshot) -> Any:
        return snapshot.rows("SELECT count(*) FROM seen", {})[0][0]

    with tables.snapshot(Stop()) as snapshot:
        assert count(snapshot) == 100
        tables.rows("INSERT INTO seen VALUES (1, 1)", {}, Stop())
        snapshot.keep("late", "SELECT * FROM seen WHERE place >= $least", {"least": 98})
        assert count(snapshot) == 100
        assert snapshot.rows("FROM late ORDER BY place", {}) == [(0, 98), (1, 99)]
    with tables.snapshot(Stop()) as snapshot:
        assert count(snapshot) == 101
        snapshot.keep("late", "SELECT 1 AS one", {})


def test_a_snapshot_ends_with_its_question(tables: DuckTables) -> None:
    stop = Stop()
    with pytest.raises(QuestionStoppedError, match="cancelled"), tables.snapshot(stop):
        stop.cancel()


def test_a_snapshot_begins_no_statement_after_the_end(tables: DuckTables) -> None:
    stop = Stop()

    def refused(ask: Callable[..., Any], *asked: Any) -> None:
        with pytest.raises(QuestionStoppedError, match="cancelled"):
            ask(*asked)

    def ended(snapshot: Snapshot) -> None:
        stop.cancel()
        refused(snapshot.rows, "SELECT person FROM seen", {})
        refused(snapshot.columns, "SELECT person FROM seen", {})
        refused(snapshot.keep, "late", "SELECT person FROM seen", {})

    with pytest.raises(QuestionStoppedError, match="cancelled"), tables.snapshot(stop) as opened:
        ended(opened)
