"""The registry, which every process opens."""

from bowerbird.clock import Clock, SystemClock
from bowerbird.registry.sql import SqlRegistry, open_sqlite
from bowerbird.settings import Settings


def open_registry(settings: Settings, clock: Clock | None = None) -> SqlRegistry:
    """The registry of the data directory, made where it is missing."""
    return open_sqlite(settings.data, clock or SystemClock())
