"""The file of refusals: shared by processes, durable, closed to others, and never in anybody's way."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bowerbird.errors import BowerbirdError
from bowerbird.refusallog.base import Refusal, RefusalQuery
from bowerbird.refusallog.sqlite import SqliteRefusals
from bowerbird.refusals import Reason

ALL = RefusalQuery(None, limit=1000)


def refusal(at: int, **fields: Any) -> Refusal:
    who = {"workspace": "default", "key_id": "key_1", "secret_hint": None, "secret_hash": None, "dialect": "scribe"}
    what = {"method": "POST", "path": "/", "reason": Reason.INVALID, "status": 422, "message": "", "issues": ()}
    return Refusal(at=at, client_ip=None, size=None, **(who | what | fields))  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "refusals.db"


def test_what_was_kept_is_there_after_a_start(path: Path) -> None:
    first = SqliteRefusals(path)
    first.keep([refusal(1)])
    first.close()
    second = SqliteRefusals(path)
    assert [one.at for one in second.recent(ALL)] == [1]
    second.close()


def test_only_its_owner_may_read_it(path: Path) -> None:
    SqliteRefusals(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_several_may_open_and_write_it_at_once(path: Path) -> None:
    def work(number: int) -> None:
        log = SqliteRefusals(path)
        for turn in range(10):
            log.keep([refusal(turn, key_id=f"key_{number}")])
        log.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    log = SqliteRefusals(path)
    assert len(log.recent(ALL)) == 80
    log.close()


def test_a_damaged_file_keeps_nobody_from_starting_and_says_what_to_do(path: Path) -> None:
    path.write_bytes(b"no database at all, however long it may be" * 100)
    log = SqliteRefusals(path)
    for use in (lambda: log.keep([refusal(1)]), lambda: log.recent(ALL), lambda: log.expire(0)):
        with pytest.raises(BowerbirdError, match=r"refusals\.db cannot be used") as told:
            use()
        assert "delete" in told.value.hint
    path.unlink()
    log.keep([refusal(1)])
    assert len(log.recent(ALL)) == 1
    log.close()


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    SqliteRefusals(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    log = SqliteRefusals(path)
    with pytest.raises(BowerbirdError, match="newer"):
        log.keep([refusal(1)])
    log.close()


def test_the_file_stays_small_however_often_it_is_written(path: Path) -> None:
    log = SqliteRefusals(path)
    for turn in range(300):
        log.keep([refusal(turn * 20 + number, message="x" * 300) for number in range(20)])
    assert len(log.recent(ALL)) == 200
    log.close()
    assert path.stat().st_size < 500_000
