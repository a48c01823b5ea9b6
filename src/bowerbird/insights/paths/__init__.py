"""What people do after an event, or before it: nodes and links of a Sankey diagram."""

from bowerbird.insights.paths.answer import answer
from bowerbird.insights.paths.question import (
    LONGEST_WITHIN,
    MOST_NODES,
    MOST_STEPS,
    PathNode,
    Paths,
    PathsResult,
)
from bowerbird.insights.question import Kind

__all__ = ["KIND", "LONGEST_WITHIN", "MOST_NODES", "MOST_STEPS", "PathNode", "Paths", "PathsResult"]

KIND = Kind(Paths, answer)
