"""What Prometheus is told: the audit, the lag, and the process."""

import asyncio
import math
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

from bowerbird.audit.balance import balance
from bowerbird.console.shared import Shared
from bowerbird.console.sources import Sources

_OUTCOMES = ("stored", "duplicate", "identify_only", "quarantined", "erased", "pending")


class _Families:
    """As of a moment."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


class Metrics:
    """Asks the sources anew for each scrape, and once for those that come together; keeps no counts of its own."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._registry.register(self)
        self._families = Shared(lambda: _Families(list(self._registry.collect())))

    async def render(self, accept: str) -> tuple[bytes, str]:
        """(body, content type) in the newest form that the scraper accepts."""
        encode, content_type = choose_encoder(accept)
        return await asyncio.to_thread(encode, await self._families.get()), content_type

    def close(self) -> None:
        self._families.close()

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            alive = self._sources.engine.silence() < math.inf
            families = [*self._events(), *self._lag()] if alive else []
        except Exception:  # a scrape must say that the engine is down, not fail with it
            families = []
        yield GaugeMetricFamily("bowerbird_up", "1 when the engine answers.", 1 if families else 0)
        yield from families

    def _events(self) -> Iterator[Metric]:
        sources = self._sources
        taken = sources.log.ask(lambda log: balance(log, sources.applied, sources.warehouse))
        accepted = CounterMetricFamily(
            "bowerbird_accepted_events", "Events acknowledged to senders.", labels=("workspace", "dialect")
        )
        outcomes = GaugeMetricFamily(
            "bowerbird_events", "Accepted events by where they are now.", labels=("workspace", "dialect", "outcome")
        )
        for pair, counts in taken.pairs.items():
            accepted.add_metric(pair, counts.accepted)
            for outcome in _OUTCOMES:
                outcomes.add_metric((*pair, outcome), getattr(counts, outcome))
        yield accepted
        yield outcomes
        yield GaugeMetricFamily("bowerbird_balanced", "1 when every accepted event is accounted for.", taken.balanced)

    def _lag(self) -> Iterator[Metric]:
        lag = self._sources.lag()
        yield GaugeMetricFamily("bowerbird_lag_events", "Accepted events that are not readable yet.", lag.events)
        yield GaugeMetricFamily("bowerbird_lag_seconds", "Age of the oldest event not readable yet.", lag.seconds)
