"""A funnel as one statement, so that all its numbers are of one moment."""

from collections.abc import Sequence

from bowerbird.insights.breakdown import Breakdown
from bowerbird.insights.draft import Draft, Statement
from bowerbird.insights.funnel.attempts import COUNTED, Way, attempts, way
from bowerbird.insights.funnel.question import AtStep, FunnelQuestion
from bowerbird.insights.persons import chosen
from bowerbird.insights.question import Asking

_LADDER = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200)
_FARTHEST = 1 << 57
"""Beyond any time since the beginning of a range, in µs: ranges have fifty years at most."""
_DAYS = (1, 2, 3, 7, 14, 30, 60, 90, 180)


def edges(window: int) -> list[int]:
    """Seconds at which the buckets of the time to convert begin, and the end of the last one: the window itself."""
    ladder = [*_LADDER, *(days * 86_400 for days in _DAYS)]
    return [0, *(edge for edge in ladder if edge < window), window]


def compile_funnel(question: FunnelQuestion, asking: Asking) -> Statement:
    """Rows: (whole, rank, keys, persons by step, average and median µs from the step before by step after the first,
    average and median µs from first to last step, persons at or beyond the start of each bucket, chosen people).
    `whole`: of all groups; a rank of NULL beside it is the rest of them."""
    draft = asking.draft()
    breakdown = Breakdown(question.breakdown, question.limit)
    found = way(question, asking, draft, breakdown)
    rows = draft.table(_counting(found, attempts(found)), "counting")
    if question.breakdown:
        rows = draft.table(f"SELECT * FROM {breakdown.ranked(rows, breakdown.top(draft, rows, 'count(*)'))}", "ranked")
    people = _people(question.people, rows, breakdown.keys, draft) if question.people else "NULL"
    group = "grouping(rank) = 1, rank" if question.breakdown else "true, NULL"
    keys = ", ".join(f"any_value({key})" for key in breakdown.keys)
    by = "GROUP BY GROUPING SETS ((), (rank))" if question.breakdown else ""
    return draft.finish(f"SELECT {group}, [{keys}], {_measures(question, draft)}, {people} FROM {rows} {by}")


def _counting(way: Way, table: str) -> str:
    """One attempt a person: the one that got furthest, of several the first. Places are µs."""
    steps = range(1, len(way.question.steps) + 1)
    missing = " + ".join(f"(a{step} IS NULL)::BIGINT" for step in steps)
    order = f"(({missing}) * {_FARTHEST} + a1)"
    if way.counted or way.question.order != "ordered":
        order = f"(({missing}) * {_FARTHEST}::HUGEINT * {COUNTED} + a1) * {COUNTED} + tie"
    best = [f"arg_min(a{step}, {order}) AS a{step}" for step in steps]
    if way.keys:
        fields = ", ".join([f"at := {order}", *(f"{key} := {key}" for key in way.keys)])
        best.append(f"min(struct_pack({fields})) AS first")
    times = [f"{way.time(f'a{step}')} AS a{step}" for step in steps]
    columns = ", ".join(["person", *times, *(f"first.{key} AS {key}" for key in way.keys)])
    return f"SELECT {columns} FROM (SELECT person, {', '.join(best)} FROM {table} GROUP BY person)"


def _measures(question: FunnelQuestion, draft: Draft) -> str:
    last = len(question.steps)
    pairs = [f"a{step} - a{step - 1}" for step in range(2, last + 1)]
    whole = f"a{last} - a1"
    starts = [draft.bind(edge * 1_000_000) for edge in edges(question.window.seconds)[:-1]]
    buckets = [f"count(*) FILTER (WHERE {whole} >= {start}::BIGINT)" for start in starts]
    return ", ".join(
        [
            _list([f"count(a{step})" for step in range(1, last + 1)]),
            _list([f"avg({pair})" for pair in pairs]),
            _list([f"median({pair})" for pair in pairs]),
            f"avg({whole}), median({whole})",
            _list(buckets),
        ]
    )


def _list(parts: Sequence[str]) -> str:
    return f"[{', '.join(parts)}]"


def _people(wanted: AtStep, rows: str, keys: Sequence[str], draft: Draft) -> str:
    meets = f"a{wanted.step} IS NOT NULL"
    if wanted.dropped:
        meets = f"a{wanted.step - 1} IS NOT NULL AND a{wanted.step} IS NULL"
    return chosen(wanted, rows, meets, keys, draft)
