"""Bowerbird: an event-tracking server that speaks its neighbours' event APIs."""

__version__ = "0.1.0"
