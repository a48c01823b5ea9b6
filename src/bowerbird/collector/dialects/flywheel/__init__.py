"""Flywheel: `POST /v1/events`."""

from bowerbird.collector.dialects.flywheel.dialect import Flywheel

__all__ = ["Flywheel"]
