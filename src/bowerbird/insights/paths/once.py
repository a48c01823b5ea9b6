"""Paths of which a person has at most one: from the first anchor, or from the last."""

from bowerbird.insights import people
from bowerbird.insights.draft import Draft
from bowerbird.insights.paths.parts import anchors, limits, order, parts
from bowerbird.insights.paths.question import Paths
from bowerbird.insights.question import Asking

_STARTS = """
    SELECT coalesce(roots.root, a.person) AS person, {which}(a.start) AS start
    FROM (SELECT person, {which}(occurred_at) AS start FROM {anchors} GROUP BY person) AS a
    LEFT JOIN {roots} AS roots ON roots.person = a.person
    GROUP BY ALL"""
"""Of each node first, so that few have to be resolved."""
_WALK = """
    SELECT a.person, a.start, e.node, row_number() OVER path AS place, lag(e.node) OVER path AS previous
    FROM {parts} AS e JOIN {starts} AS a ON a.person_node = e.person
    WHERE e.occurred_at {limits}
    WINDOW path AS (PARTITION BY a.person, a.start ORDER BY {order})"""
_STEPS = """
    SELECT person, start, node, row_number() OVER (PARTITION BY person, start ORDER BY place) - 1 AS step
    FROM {walk} WHERE {kept} QUALIFY step <= {steps}"""


def once(question: Paths, asking: Asking, draft: Draft) -> str:
    """A table `person`, `start`, `node`, `step`."""
    which = "min" if question.which == "first" else "max"
    begun = anchors(question, asking, draft, resolved=False)
    sql = _STARTS.format(which=which, anchors=begun, roots=people.roots(draft))
    starts = people.by_node(draft, draft.table(sql, "starts", kept=True))
    walk = _WALK.format(
        parts=parts(question, asking, draft), starts=starts, limits=limits(question, draft), order=order(question)
    )
    kept = "place = 1 OR node IS DISTINCT FROM previous" if question.collapse else "true"
    sql = _STEPS.format(walk=draft.table(walk, "walk"), kept=kept, steps=draft.bind(question.steps))
    return draft.table(sql, "steps")
