"""Octeth's event API: events of a mailing list's subscribers (docs/dialects/octeth.md)."""

from bowerbird.collector.dialects.octeth.dialect import Octeth

__all__ = ["Octeth"]
