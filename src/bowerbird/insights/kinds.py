"""All kinds of questions."""

from bowerbird.insights import paths, revenue, sql, trend
from bowerbird.insights.question import Kind

KINDS: dict[str, Kind] = {
    "trend": trend.KIND,
    "paths": paths.KIND,
    "sql": sql.KIND,
    "revenue": revenue.KIND,
}
