"""Names of people's traits, for pickers."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple

from bowerbird.clock import SECOND, Clock
from bowerbird.errors import BowerbirdError
from bowerbird.insights.ask import Insights
from bowerbird.insights.base import Stop

_QUESTION = {"sql": "SELECT name FROM traits GROUP BY name ORDER BY count(*) DESC, name", "limit": 300}
_KEPT = 60 * SECOND
_LOG = logging.getLogger(__name__)
_WAIT = 0.2
"""Seconds that a form waits for them; what takes longer is there for the next form."""
_PATIENCE = 5.0
"""Seconds that looking for them may take."""


class _Look(NamedTuple):
    at: int
    """In microseconds of the clock."""
    found: "Future[list[str]]"


class TraitNames:
    """Looks for the names in the background, and keeps them for a minute. Safe from any thread."""

    def __init__(self, insights: Insights, clock: Clock) -> None:
        self._insights = insights
        self._clock = clock
        self._threads = ThreadPoolExecutor(1, "trait-names")
        self._lock = Lock()
        self._looks: dict[str, _Look] = {}
        self._names: dict[str, list[str]] = {}

    def of(self, workspace: str) -> list[str]:
        """The most frequent first; [] where none is known yet. Blocks for `_WAIT` seconds at most."""
        now = self._clock.now()
        with self._lock:
            look = self._looks.get(workspace)
            if look is None or (look.found.done() and now - look.at >= _KEPT):
                look = self._looks[workspace] = _Look(now, self._threads.submit(self._find, workspace))
        try:
            return look.found.result(_WAIT)
        except TimeoutError:
            return self._names.get(workspace, [])

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _find(self, workspace: str) -> list[str]:
        try:
            stop = Stop(_PATIENCE)
            with self._insights.turns.taken("forms", stop):
                answer = self._insights.ask(workspace, "UTC", "sql", _QUESTION, stop)
        except BowerbirdError:
            return self._names.get(workspace, [])
        except Exception:
            _LOG.exception("names of traits cannot be looked for")  # forms do without
            return self._names.get(workspace, [])
        self._names[workspace] = [str(row[0]) for row in answer.result.rows]
        return self._names[workspace]
