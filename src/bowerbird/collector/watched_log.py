"""The log as the collector sees it: does it take events, and if not, has the operator been told?"""

import logging
from collections.abc import Sequence

from bowerbird.clock import SECOND, Clock
from bowerbird.errors import LogUnavailableError
from bowerbird.event import Event
from bowerbird.eventlog.base import LogWriter

RECOVERY = 5 * SECOND
"""After a failure the log counts as broken for so long, unless an append succeeds earlier."""

_logger = logging.getLogger(__name__)


class WatchedLog:
    def __init__(self, log: LogWriter, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._failed_at: int | None = None

    async def append(self, events: Sequence[Event]) -> None:
        """As `LogWriter.append`."""
        try:
            await self._log.append(events)
        except LogUnavailableError as error:
            self._complain(error)
            raise
        if self._failed_at is not None:
            self._failed_at = None
            _logger.warning("The log takes events again")

    async def takes_events(self) -> bool:
        """What can be told without writing: it is open, not overfull, and has not failed lately."""
        if self._failed_at is not None and self._clock.now() - self._failed_at < RECOVERY:
            return False
        try:
            await self._log.append(())
        except LogUnavailableError:
            return False
        return True

    def _complain(self, error: LogUnavailableError) -> None:
        if self._failed_at is None:
            _logger.error("The log is unavailable, events are refused: %s %s", error, error.hint)
        self._failed_at = self._clock.now()
