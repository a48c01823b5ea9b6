"""Klaviyo's event API, in its flat and its nested shape (docs/dialects/klaviyo.md)."""

from bowerbird.collector.dialects.klaviyo.dialect import Klaviyo

__all__ = ["Klaviyo"]
