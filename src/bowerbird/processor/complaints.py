"""What is said of a failure that repeats: where it comes from once, then that it lasts, in the end that it is over."""

import logging
import time

from bowerbird.errors import BowerbirdError

AGAIN = 60.0
"""Seconds until a failure that lasts is told of again."""


class Complaints:
    """Of one thing that is tried again and again."""

    def __init__(self, logger: logging.Logger, what: str) -> None:
        """`what`: is tried, as in "WHAT failed and is tried again"."""
        self._logger = logger
        self._what = what
        self._known: set[type[Exception]] = set()
        self._failures = 0
        self._told_at = 0.0

    def failed(self, error: Exception) -> None:
        self._failures += 1
        if type(error) not in self._known:
            self._known.add(type(error))
            told = None if isinstance(error, BowerbirdError) else error  # our own says what to do; a place helps nobody
            self._tell(f"{self._what} failed and is tried again: {_line(error)}", told)
        elif time.monotonic() - self._told_at >= AGAIN:
            self._tell(f"{self._what} has failed {self._failures} times in a row, now with {_line(error)}")

    def succeeded(self) -> None:
        if self._failures:
            self._logger.warning("%s works again, after %s failures", self._what, self._failures)
            self._known.clear()
            self._failures = 0

    def _tell(self, text: str, error: Exception | None = None) -> None:
        self._told_at = time.monotonic()
        self._logger.error(text, exc_info=error)


def _line(error: Exception) -> str:
    hint = f" {error.hint}" if isinstance(error, BowerbirdError) and error.hint else ""
    return " ".join(f"{type(error).__name__}: {error}{hint}".split())
