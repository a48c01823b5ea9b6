"""Successeve, formerly Salesmachine: events of an application's contacts (docs/dialects/successeve.md)."""

from bowerbird.collector.dialects.successeve.dialect import Successeve

__all__ = ["Successeve"]
