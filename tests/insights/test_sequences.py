"""Events in the order of each person, against Python's own sorting."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.errors import QuestionInvalidError, QuestionStoppedError
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


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


@given(batches=st.lists(events, max_size=4), number=st.integers(1, 40))
def test_each_persons_events_stand_in_order(pool: Executor, batches: list[list[Event]], number: int) -> None:
    found: dict[int, list[Event]] = {}
    for piece in pieces(map(columns, batches), pool, number):
        told = sequences(piece)
        assert told.group is not None
        begin = 0
        for at, end in enumerate(told.end):
            assert set(told.number[begin:end].tolist()) == {at}
            inside = [column[begin:end].tolist() for column in (told.person, told.place, told.group)]
            told_of = list(zip(*inside, strict=True))
            assert told_of[0][0] not in found
            found[told_of[0][0]] = told_of
            begin = end
        assert begin == len(told)
    assert found == by_person([event for batch in batches for event in batch])


def test_two_persons_whose_numbers_are_spread_alike() -> None:
    told = sequences([{"person": numbers([0, ALIKE, 0, ALIKE, 0]), "place": numbers([3, 2, 1, 0, 2])}])
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
def test_parts_have_all_rows_of_a_person(tables: DuckTables, pool: Executor, most: int) -> None:
    with tables.snapshot(Stop()) as snapshot:
        found = list(parts(snapshot, SEEN, pool, most))
    assert (len(found) == 1) == (most == 90)
    rows = [[batch for piece in part for batch in piece] for part in found]
    persons = [{person for batch in part for person in batch["person"].tolist()} for part in rows]
    assert sum(map(len, persons)) == 7
    assert sorted(place for part in rows for batch in part for place in batch["place"].tolist()) == [*range(10, 100)]


def test_a_person_of_too_many_events_is_not_followed(tables: DuckTables, pool: Executor) -> None:
    with pytest.raises(QuestionStoppedError, match="a few persons"), tables.snapshot(Stop()) as snapshot:
        list(parts(snapshot, SEEN, pool, 5))


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
        refused(lambda *asked: list(snapshot.columns(*asked)), "SELECT person FROM seen", {})
        refused(snapshot.keep, "late", "SELECT person FROM seen", {})

    with pytest.raises(QuestionStoppedError, match="cancelled"), tables.snapshot(stop) as opened:
        ended(opened)


def test_a_person_at_a_cut_is_in_one_piece(pool: Executor) -> None:
    cut = (1 << 32) // 3 << 32
    person = [(cut + more) * pow(SPREADING, -1, 1 << 64) % (1 << 64) for more in (-1, 0, 1, 5)]
    few = {"person": np.array(person, np.uint64).view(np.int64)}
    many = {"person": np.tile(few["person"], 1000)}
    found = [
        {one for batch in piece for one in batch["person"].tolist()} for piece in pieces(iter([few, many]), pool, 3)
    ]
    assert [len(one) for one in found] == [1, 3]


def test_pieces_are_of_about_one_size(pool: Executor) -> None:
    batch = {"person": np.arange(10_000) % 3000, "place": np.zeros(10_000, np.int64)}
    sizes = [sum(len(batch["person"]) for batch in piece) for piece in pieces(iter([batch, batch]), pool, 20)]
    assert sum(sizes) == 20_000
    assert max(sizes) < 1500


@pytest.mark.parametrize(
    ("sql", "error", "words"),
    [
        ("CAST(CASE WHEN place = 2900000 THEN 'x' ELSE '1' END AS BIGINT)", QuestionInvalidError, "cannot use"),
        ("place * CASE WHEN place > 2900000 THEN 9223372036854775807 ELSE 1 END", QuestionInvalidError, "too large"),
        ("nothing", QuestionInvalidError, "cannot use"),
    ],
)
def test_errors_of_the_engine_are_told_however_late_they_come(
    tables: DuckTables, sql: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words), tables.snapshot(Stop()) as snapshot:
        list(snapshot.columns(f"SELECT {sql} AS place FROM range(3000000) AS r(place)", {}))


def test_columns_end_with_their_question(tables: DuckTables) -> None:
    stop = Stop(0.2)
    with pytest.raises(QuestionStoppedError, match="longer than"), stop.counting(), tables.snapshot(stop) as snapshot:
        list(snapshot.columns("SELECT i FROM range(10000000000) AS r(i) WHERE i % 1000000 = 1", {}))
