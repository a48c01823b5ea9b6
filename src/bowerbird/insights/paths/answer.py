"""Asks for paths, and makes nodes and links of the rows."""

import msgspec

from bowerbird.insights.draft import Statement
from bowerbird.insights.paths.every import every
from bowerbird.insights.paths.once import once
from bowerbird.insights.paths.question import PathLink, PathNode, Paths, PathsResult, PathStep
from bowerbird.insights.question import Asking

_RANKED = """
    SELECT step, node, row_number() OVER (PARTITION BY step ORDER BY count(*) DESC, node NULLS LAST) AS rank
    FROM {steps} GROUP BY step, node"""
_NAMED = """
    SELECT s.person, s.start, s.step, least(r.rank, {most}) AS rank, CASE WHEN r.rank < {most} THEN s.node END AS node
    FROM {steps} AS s JOIN {ranked} AS r ON r.step = s.step AND r.node IS NOT DISTINCT FROM s.node"""
_LINKS = """
    SELECT step, rank, any_value(node), next, count(*) FROM (
        SELECT step, rank, node, lead(rank) OVER (PARTITION BY person, start ORDER BY step) AS next FROM {named})
    GROUP BY step, rank, next ORDER BY step, rank, next NULLS LAST"""


def answer(question: Paths, asking: Asking) -> PathsResult:
    rows = asking.rows(statement(question, asking))
    nodes: dict[tuple[int, int], PathNode] = {}
    for step, rank, node, next_, paths in rows:
        ended = paths if next_ is None and step < question.steps else 0
        known = nodes.get((step, rank), PathNode(step, node, rank > question.limit, 0, 0))
        nodes[step, rank] = msgspec.structs.replace(known, paths=known.paths + paths, ended=known.ended + ended)
    index = {place: number for number, place in enumerate(nodes)}
    links = [
        PathLink(index[step, rank], index[step + 1, next_], paths)
        for step, rank, _, next_, paths in rows
        if next_ is not None
    ]
    return PathsResult(list(nodes.values()), links, _steps(list(nodes.values())))


def statement(question: Paths, asking: Asking) -> Statement:
    """Rows (step, rank of the node in its step, node, rank of the next node, paths)."""
    draft = asking.draft()
    steps = (every if question.which == "every" else once)(question, asking, draft)
    ranked = draft.table(_RANKED.format(steps=steps), "ranked")
    named = draft.table(_NAMED.format(steps=steps, ranked=ranked, most=draft.bind(question.limit + 1)), "named")
    return draft.finish(_LINKS.format(named=named))


def _steps(nodes: list[PathNode]) -> list[PathStep]:
    found: dict[int, PathStep] = {}
    for node in nodes:
        known = found.get(node.step, PathStep(node.step, 0, 0))
        found[node.step] = PathStep(node.step, known.paths + node.paths, known.ended + node.ended)
    return list(found.values())
