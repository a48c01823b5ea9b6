"""All kinds of questions."""

from bowerbird.insights.question import Kind

KINDS: dict[str, Kind] = {}
