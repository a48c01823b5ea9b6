"""Scribe: `POST /v1/analytics/events`."""

from bowerbird.collector.dialects.scribe.dialect import Scribe

__all__ = ["Scribe"]
