"""What is said of a failure that repeats."""

import logging

import pytest

from bowerbird.errors import LogDamagedError
from bowerbird.processor import complaints
from bowerbird.processor.complaints import Complaints


def test_each_kind_of_failure_is_told_once_and_then_that_it_lasts(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Complaints(logging.getLogger("x"), "it")
    for error in (OSError("1"), ValueError("2"), OSError("3"), ValueError("4")):
        told.failed(error)
    monkeypatch.setattr(complaints, "AGAIN", 0.0)
    told.failed(OSError("5"))
    assert caplog.messages == [
        "it failed and is tried again: OSError: 1",
        "it failed and is tried again: ValueError: 2",
        "it has failed 5 times in a row, now with OSError: 5",
    ]


def test_what_is_over_is_told_once_and_a_new_failure_is_new(caplog: pytest.LogCaptureFixture) -> None:
    told = Complaints(logging.getLogger("x"), "it")
    told.succeeded()
    told.failed(OSError("1"))
    told.succeeded()
    told.succeeded()
    told.failed(OSError("2"))
    assert [(record.levelname, bool(record.exc_info)) for record in caplog.records] == [
        ("ERROR", True),
        ("WARNING", False),
        ("ERROR", True),
    ]


def test_an_error_of_our_own_is_one_line_with_its_hint(caplog: pytest.LogCaptureFixture) -> None:
    Complaints(logging.getLogger("x"), "it").failed(LogDamagedError("rows are\nmissing", "Restore them."))
    assert caplog.messages == ["it failed and is tried again: LogDamagedError: rows are missing Restore them."]
    assert not caplog.records[0].exc_info
