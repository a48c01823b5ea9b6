"""What a collector is put together from."""

from dataclasses import dataclass

from bowerbird.clock import Clock
from bowerbird.collector.dialects.base import Dialect
from bowerbird.collector.limits import Limiter
from bowerbird.collector.refresh import Refresher
from bowerbird.eventlog.base import LogWriter
from bowerbird.refusallog.base import RefusalLog
from bowerbird.refusallog.masks import Masks
from bowerbird.registry.base import Registers
from bowerbird.state.base import CatalogReader


@dataclass(frozen=True, slots=True)
class Parts:
    dialects: tuple[Dialect, ...]
    log: LogWriter
    """Closed by the collector when it shuts down."""
    registry: Refresher
    """Started and stopped by the collector."""
    registers: Registers
    catalog: CatalogReader
    limiter: Limiter
    """Closed like the log."""
    refusals: RefusalLog
    """Closed like the log."""
    masks: Masks
    clock: Clock
    body_limit: int
    """Largest body in bytes, as sent and decompressed."""
