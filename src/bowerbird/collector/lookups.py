"""What a dialect asks about before its events may be logged."""

import asyncio
import logging

from bowerbird.collector.dialects.base import Findings, Parsed
from bowerbird.refusals import Issue, Reason, Refused
from bowerbird.registry.base import Registers, Workspace
from bowerbird.state.base import CatalogReader

_logger = logging.getLogger(__name__)
NOTHING = Findings()


def asks(parsed: Parsed) -> bool:
    """Whether there is anything to look up."""
    return bool(parsed.metrics) or parsed.subscriber is not None or parsed.properties_of is not None


class Lookups:
    """Answers from memory where it can; what may block is asked in a thread."""

    def __init__(self, registers: Registers, catalog: CatalogReader) -> None:
        self._registers = registers
        self._catalog = catalog

    async def find(self, parsed: Parsed, workspace: Workspace) -> Findings:
        """Raises `Refused`: METRICS_EXHAUSTED."""
        if parsed.metrics:
            await self._admit_metrics(parsed, workspace)
        if parsed.subscriber is not None:
            return Findings(newcomer=await self._is_new(parsed.subscriber, workspace.name))
        if parsed.properties_of is not None:
            names = await asyncio.to_thread(self._catalog.properties, workspace.name, parsed.properties_of)
            return Findings(properties=names)
        return NOTHING

    async def welcome(self, subscriber: tuple[str, str], workspace: Workspace) -> None:
        """Subscribes a newcomer whose event is durable. Should that fail, the sender is still told of its success,
        and the e-mail is a newcomer once more."""
        try:
            await asyncio.to_thread(self._registers.subscribe, workspace.name, *subscriber)
        except Exception:
            _logger.exception("A subscriber of list %s could not be remembered", subscriber[0])

    async def _admit_metrics(self, parsed: Parsed, workspace: Workspace) -> None:
        registers, limit = self._registers, workspace.settings.klaviyo_metrics
        for name in parsed.metrics:
            if registers.knows_metric(workspace.name, name):
                continue
            if not await asyncio.to_thread(registers.admit_metric, workspace.name, name, limit):
                issues = (Issue(parsed.metric_field, "metrics_exhausted", ""),) if parsed.metric_field else ()
                raise Refused(Reason.METRICS_EXHAUSTED, issues=issues)

    async def _is_new(self, subscriber: tuple[str, str], workspace: str) -> bool:
        if self._registers.known_subscriber(workspace, *subscriber):
            return False
        return not await asyncio.to_thread(self._registers.is_subscriber, workspace, *subscriber)
