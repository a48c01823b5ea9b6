"""How far the processor is behind the log."""

import msgspec

from bowerbird.clock import SECOND
from bowerbird.event import Positions
from bowerbird.eventlog.base import LogReader
from bowerbird.eventlog.codec import DecodeFailure, decode_each


class Lag(msgspec.Struct, frozen=True):
    events: int
    seconds: float
    """Age of the oldest event that is not yet readable; 0 when there is none."""


def lag_behind(log: LogReader, applied: Positions, now: int) -> Lag:
    """What the log holds behind these positions. `now`: µs."""
    rows = log.read(applied, 1)
    if not rows:
        return Lag(0, 0.0)
    pending = sum(log.tally(applied, log.heads()).values())
    oldest = decode_each(rows[0].events)[0]
    received_at = now if isinstance(oldest, DecodeFailure) else oldest.received_at
    return Lag(pending, max(0.0, (now - received_at) / SECOND))
