"""Paths from every anchor. A person may have ten thousand anchors and events, so these are not joined: all paths of a
person are pieces of one chain of events, and each row of it sees the next ones."""

from bowerbird.insights.draft import Draft
from bowerbird.insights.paths.parts import anchors, limits, order, parts
from bowerbird.insights.paths.question import Paths
from bowerbird.insights.question import Asking

_HOP = "{'node': node, 'at': occurred_at}"
_BEGINS = """
    anchors AND occurred_at IS DISTINCT FROM lag(occurred_at) OVER chain
    AND occurred_at >= {since} AND occurred_at < {until} AS begins"""
_CHANGES = "node IS DISTINCT FROM lag(node) OVER chain AS changes"
_CHANGED = f"CASE WHEN changes THEN {_HOP} END"
_CHAIN = """
    SELECT *, {columns} FROM {rows} WINDOW chain AS (PARTITION BY person ORDER BY {order})"""
_STEPS = """
    SELECT person, start, hop.node AS node, step FROM (
        SELECT person, occurred_at AS start, unnest([{hops}]) AS hop, unnest(range({count})) AS step
        FROM {chain} WHERE begins) AS a
    WHERE hop.at {limits}"""


def every(question: Paths, asking: Asking, draft: Draft) -> str:
    """A table `person`, `start`, `node`, `step`."""
    rows = parts(question, asking, draft, anchors(question, asking, draft, resolved=True))
    bounds = asking.bounds(question)
    begins = _BEGINS.format(since=draft.instant(bounds.since), until=draft.instant(bounds.until))
    names = [f"hop{step}" for step in range(question.steps + 1)]
    if question.collapse:
        # What only repeats the one before is no step, but a path may begin there
        changes = _chain(question, draft, rows, [begins, _CHANGES])
        hops = _hops(names, _CHANGED, "IGNORE NULLS")
        chain = _chain(question, draft, f"(FROM {changes} WHERE begins OR changes)", hops)
    else:
        chain = _chain(question, draft, rows, [begins, *_hops(names, _HOP)])
    sql = _STEPS.format(hops=", ".join(names), count=len(names), chain=chain, limits=limits(question, draft))
    return draft.table(sql, "steps")


def _hops(names: list[str], hop: str, which: str = "") -> list[str]:
    """The row itself, and what the next ones have as `hop`."""
    first, *ahead = names
    return [
        f"{_HOP} AS {first}",
        *(f"lead({hop}, {at} {which}) OVER chain AS {name}" for at, name in enumerate(ahead, 1)),
    ]


def _chain(question: Paths, draft: Draft, rows: str, columns: list[str]) -> str:
    return draft.table(_CHAIN.format(rows=rows, columns=", ".join(columns), order=order(question)), "chain")
