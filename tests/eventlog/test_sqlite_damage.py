"""A damaged file is told of with its name; it never passes for the end of the log."""

import os
import sqlite3
from pathlib import Path

import pytest

from bowerbird.errors import BowerbirdError, LogDamagedError
from bowerbird.eventlog.sqlite import SqliteLogReader


@pytest.fixture
def segments(append, log_dir, make_event) -> list[Path]:
    """Three segments of 10 rows each, the last one open."""
    append(*([make_event(str(n), properties={"pad": "x" * 3000})] for n in range(30)), segment_bytes=50_000)
    found = sorted((log_dir / "0").glob("*.sqlite"))
    assert len(found) == 3
    return found


def read_all(log_dir: Path) -> int:
    reader = SqliteLogReader(log_dir)
    try:
        return len(reader.read({}, 1000))
    finally:
        reader.close()


def complaint(log_dir: Path) -> BowerbirdError:
    with pytest.raises(BowerbirdError) as told:
        read_all(log_dir)
    return told.value


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def garble(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:9000] + os.urandom(len(content) - 9000))


def garble_header(path: Path) -> None:
    path.write_bytes(b"not SQLite at all..." + path.read_bytes()[20:])


def lose_a_row(path: Path) -> None:
    change(path, 'DELETE FROM rows WHERE "offset" = (SELECT max("offset") - 1 FROM rows)')


def drop_rows(path: Path) -> None:
    change(path, "DROP TABLE rows")


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("damage", [truncate, empty, garble, garble_header, lose_a_row, drop_rows])
def test_damage_is_told_with_the_files_name(segments, log_dir, damage, place):
    assert read_all(log_dir) == 30
    damage(segments[place])
    told = complaint(log_dir)
    assert isinstance(told, LogDamagedError)
    assert str(segments[place]) in told.hint


def test_a_closed_segment_that_lost_its_last_row_is_damaged(segments, log_dir):
    change(segments[1], 'DELETE FROM rows WHERE "offset" = (SELECT max("offset") FROM rows)')
    assert str(segments[1]) in complaint(log_dir).hint


def test_a_log_that_ends_before_what_was_read_is_damaged(segments, reader):
    assert reader.read({0: 30}, 10) == []
    with pytest.raises(LogDamagedError) as told:
        reader.read({0: 31}, 10)
    assert "partition 0 ends with row 30" in str(told.value)


def test_rows_before_the_damage_can_still_be_read(segments, reader):
    truncate(segments[2])
    last = int(segments[2].stem) - 1
    assert len(reader.read({}, 1000, upto={0: last})) == last


def test_the_other_segments_are_read_when_a_damaged_one_is_moved_away(segments, log_dir):
    truncate(segments[0])
    segments[0].rename(segments[0].with_suffix(".damaged"))
    assert read_all(log_dir) == 30 - int(segments[1].stem) + 1


def test_heads_and_tally_tell_of_damage_too(segments, reader):
    empty(segments[2])
    with pytest.raises(LogDamagedError):
        reader.heads()
    with pytest.raises(LogDamagedError):
        reader.tally({}, {0: 30})


def test_erasing_in_a_damaged_segment_is_told(segments, reader):
    garble_header(segments[0])
    with pytest.raises(LogDamagedError):
        reader.erase([(0, 1, "0")])


def test_a_file_that_cannot_be_opened_is_not_called_damaged(segments, log_dir):
    segments[0].unlink()
    segments[0].mkdir()
    told = complaint(log_dir)
    assert not isinstance(told, LogDamagedError)
    assert str(segments[0]) in told.hint
