"""What DuckDB keeps in memory of its tables."""

from contextlib import closing

import duckdb
import pytest

from bowerbird.warehouse import moves


@pytest.fixture
def read_through(tmp_path):
    """A database of some megabytes, all of which has just been read."""
    with closing(duckdb.connect(str(tmp_path / "numbers.duckdb"), config={"memory_limit": "1GB"})) as connection:
        connection.execute("CREATE TABLE numbers AS SELECT hash(i) AS n FROM range(600_000) AS t(i)")
        connection.execute("CHECKPOINT")
        connection.execute("SELECT max(n) FROM numbers").fetchall()
        yield connection


def cached(connection):
    return dict(connection.execute("SELECT tag, memory_usage_bytes FROM duckdb_memory()").fetchall())["BASE_TABLE"]


def limit(connection):
    return connection.execute("SELECT current_setting('memory_limit')").fetchall()


def test_blocks_beyond_the_bound_are_let_go(read_through, monkeypatch):
    monkeypatch.setattr(moves, "CACHED", 2_000_000)
    before = limit(read_through)
    assert cached(read_through) > 4_000_000
    moves.trim(read_through, "1GB")
    assert cached(read_through) <= 2_000_000
    assert limit(read_through) == before


def test_blocks_within_the_bound_stay(read_through):
    before = cached(read_through)
    moves.trim(read_through, "1GB")
    assert cached(read_through) == before


def test_a_question_that_runs_meanwhile_goes_on(read_through, monkeypatch):
    monkeypatch.setattr(moves, "CACHED", 2_000_000)
    with closing(read_through.cursor()) as asking:
        asking.execute("SELECT n FROM numbers ORDER BY n")
        first = asking.fetchmany(1000)
        moves.trim(read_through, "1GB")
        assert len(first) + len(asking.fetchall()) == 600_000
