"""All kinds of questions."""

from bowerbird.insights import trend
from bowerbird.insights.question import Kind

KINDS: dict[str, Kind] = {
    "trend": trend.KIND,
}
