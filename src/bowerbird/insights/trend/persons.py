"""Different persons by bucket, in one pass: a bit for every bucket that a person was there in.

A hash table of persons is a tenth of one of persons and buckets. The bits are counted eight at a time: however many
persons, eight buckets have 256 patterns.
"""

from collections.abc import Sequence

from bowerbird.insights.draft import Draft
from bowerbird.insights.people import roots

_BYTES = 7
_BITS = 8 * _BYTES
"""Buckets in a word: a BIGINT with the sign left alone."""
MOST_BUCKETS = 6 * _BITS
"""Beyond, the words of a person take more than they save."""


def words(buckets: int) -> tuple[str, ...]:
    """Aggregates `w0`, `w1`, … of a person's events."""
    return tuple(
        f"bit_or(CASE WHEN bucket >= {first} AND bucket < {first + _BITS} THEN 1::BIGINT << (bucket - {first}) "
        f"ELSE 0 END) AS w{number}"
        for number, first in enumerate(range(0, buckets, _BITS))
    )


def merged(buckets: int, draft: Draft, rows: str, keys: Sequence[str]) -> str:
    """SQL for persons after merges, keys and words of a table of persons before them."""
    by = ", ".join(["coalesce(roots.root, r.person) AS person", *keys])
    return f"""
        SELECT {by}, {_either(buckets)}
        FROM {rows} AS r LEFT JOIN {roots(draft)} AS roots ON roots.person = r.person GROUP BY ALL"""


def results(buckets: int, draft: Draft, ranked: str) -> str:
    """SQL for `bucket`, `rank` and `result` of a table with `person`, words and `rank`."""
    names = _names(buckets)
    people = draft.table(f"SELECT rank, person, {_either(buckets)} FROM {ranked} GROUP BY rank, person", "people")
    patterns = ", ".join(f"({name} >> {8 * byte}) & 255" for name in names for byte in range(_BYTES))
    return f"""
        SELECT NULL AS bucket, rank, count(*)::DOUBLE AS result FROM {people} GROUP BY rank
        UNION ALL
        SELECT byte * 8 + bit AS bucket, rank, sum(n)::DOUBLE AS result
        FROM (
            SELECT rank, byte, pattern, count(*) AS n
            FROM (SELECT rank, unnest([{patterns}]) AS pattern,
                  unnest(range({len(names) * _BYTES})) AS byte FROM {people})
            GROUP BY ALL) AS patterns, range(8) AS bits(bit)
        WHERE (pattern >> bit) & 1 = 1 GROUP BY ALL"""


def _names(buckets: int) -> list[str]:
    return [f"w{number}" for number in range(len(words(buckets)))]


def _either(buckets: int) -> str:
    return ", ".join(f"bit_or({name}) AS {name}" for name in _names(buckets))
