"""All kinds of questions."""

from bowerbird.insights import attribution, funnel, paths, retention, revenue, segment, sql, trend
from bowerbird.insights.question import Kind

KINDS: dict[str, Kind] = {
    "trend": trend.KIND,
    "funnel": funnel.KIND,
    "retention": retention.KIND,
    "paths": paths.KIND,
    "attribution": attribution.KIND,
    "segment": segment.KIND,
    "sql": sql.KIND,
    "revenue": revenue.KIND,
}
