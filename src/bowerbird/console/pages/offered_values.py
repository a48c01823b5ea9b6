"""Values of fields, for forms."""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from bowerbird.clock import SECOND, Clock
from bowerbird.insights.ask import Insights
from bowerbird.insights.base import Stop
from bowerbird.insights.offered import Wanted

_KEPT = 60 * SECOND
_MOST = 500
"""Fields whose values are kept, of all workspaces."""
PATIENCE = 3.0
"""Seconds that looking for values may take."""


class _Look(NamedTuple):
    at: int
    """In microseconds of the clock."""
    values: list[str]


class OfferedValues:
    """Keeps the values for a minute. Safe from any thread."""

    def __init__(self, insights: Insights, clock: Clock) -> None:
        self._insights = insights
        self._clock = clock
        self._lock = Lock()
        self._looks: OrderedDict[tuple[str, Wanted], _Look] = OrderedDict()

    def kept(self, workspace: str, wanted: Wanted) -> list[str] | None:
        """None: they have to be found. Does not block."""
        with self._lock:
            look = self._looks.get((workspace, wanted))
        return look.values if look is not None and self._clock.now() - look.at < _KEPT else None

    def find(self, workspace: str, wanted: Wanted, stop: Stop) -> list[str]:
        """For whoever has a turn. Blocking. Raises `QuestionStoppedError`."""
        found = self._insights.offered(workspace, wanted, stop)
        with self._lock:
            self._looks[workspace, wanted] = _Look(self._clock.now(), found)
            self._looks.move_to_end((workspace, wanted))
            while len(self._looks) > _MOST:
                self._looks.popitem(last=False)
        return found
