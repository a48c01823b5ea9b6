"""How each kind of answer is shown on a board: as on the page of its kind."""

from bowerbird.console.pages import attribution, funnels, paths, retention, revenue, segments, sql, trends
from bowerbird.console.pages.asking import View

VIEWS: dict[str, View] = {
    view.kind: view
    for view in (
        trends.VIEW,
        funnels.VIEW,
        retention.VIEW,
        paths.VIEW,
        attribution.VIEW,
        revenue.VIEW,
        segments.VIEW,
        sql.VIEW,
    )
}
