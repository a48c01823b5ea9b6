"""What a dialect asks about before its events may be logged."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from bowerbird.collector.dialects.base import Findings, Parsed
from bowerbird.errors import BowerbirdError
from bowerbird.refusals import Issue, Reason, Refused
from bowerbird.registry.base import Registers, Workspace
from bowerbird.state.base import CatalogReader

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")
NOTHING = Findings()
PATIENCE = 5.0
"""Seconds within which a look-up is answered, or the sender is asked to come again."""
WELCOME = 1.0
"""Seconds for which an answer waits until a newcomer is remembered."""
_RETRY = 1.0


def asks(parsed: Parsed) -> bool:
    """Whether there is anything to look up."""
    return bool(parsed.metrics) or parsed.subscriber is not None or parsed.properties_of is not None


class Lookups:
    """Answers from memory where it can; what may block is asked in a thread."""

    def __init__(self, registers: Registers, catalog: CatalogReader) -> None:
        self._registers = registers
        self._catalog = catalog

    async def find(self, parsed: Parsed, workspace: Workspace) -> Findings:
        """Raises `Refused`: METRICS_EXHAUSTED, UNAVAILABLE (nobody can tell now)."""
        try:
            return await self._found(parsed, workspace)
        except (BowerbirdError, TimeoutError) as error:
            _logger.warning("A request could not be looked up: %s", str(error) or "it took too long")
            raise Refused(Reason.UNAVAILABLE, retry_after=_RETRY) from error

    async def _found(self, parsed: Parsed, workspace: Workspace) -> Findings:
        if parsed.metrics:
            await self._admit_metrics(parsed, workspace)
        if parsed.subscriber is not None:
            return Findings(newcomer=await self._is_new(parsed.subscriber, workspace.name))
        if parsed.properties_of is not None:
            names = await _within(PATIENCE, self._catalog.properties, workspace.name, parsed.properties_of)
            return Findings(properties=names)
        return NOTHING

    async def welcome(self, subscriber: tuple[str, str], workspace: Workspace) -> None:
        """Subscribes a newcomer whose event is durable. Should that fail, or take longer than `WELCOME`, the sender is
        still told of its success, and the e-mail may be a newcomer once more."""
        try:
            await _within(WELCOME, self._registers.subscribe, workspace.name, *subscriber)
        except TimeoutError:
            _logger.warning("A subscriber of list %s is not remembered yet", subscriber[0])
        except Exception:
            _logger.exception("A subscriber of list %s could not be remembered", subscriber[0])

    async def _admit_metrics(self, parsed: Parsed, workspace: Workspace) -> None:
        registers, limit = self._registers, workspace.settings.klaviyo_metrics
        for name in parsed.metrics:
            if registers.knows_metric(workspace.name, name):
                continue
            if not await _within(PATIENCE, registers.admit_metric, workspace.name, name, limit):
                issues = (Issue(parsed.metric_field, "metrics_exhausted", ""),) if parsed.metric_field else ()
                raise Refused(Reason.METRICS_EXHAUSTED, issues=issues)

    async def _is_new(self, subscriber: tuple[str, str], workspace: str) -> bool:
        if self._registers.known_subscriber(workspace, *subscriber):
            return False
        return not await _within(PATIENCE, self._registers.is_subscriber, workspace, *subscriber)


async def _within(seconds: float, ask: Callable[..., _T], *given: Any) -> _T:
    """What a thread answers in time. Raises `TimeoutError`; the thread goes on, if it has begun. Needs no task around
    it, as `asyncio.wait_for` does from Python 3.12 on."""
    asked = asyncio.get_running_loop().run_in_executor(None, ask, *given)
    await asyncio.wait((asked,), timeout=seconds)
    if not asked.done():
        asked.cancel()
        raise TimeoutError
    return asked.result()
