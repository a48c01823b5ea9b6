"""The groups of a breakdown as numbers, in alphabetical order."""

from collections.abc import Sequence

import numpy as np

from bowerbird.insights.base import Numbers, Snapshot

_TABLE = "numbered_groups"


class Groups:
    def __init__(self, snapshot: Snapshot, rows: str, keys: Sequence[str]) -> None:
        """Numbers the groups that the kept table `rows` has in the columns `keys`, texts or NULL."""
        self._snapshot = snapshot
        self._keys = keys
        order = ", ".join(f"{key} ASC NULLS LAST" for key in keys)
        names = ", ".join(keys)
        number = f'row_number() OVER (ORDER BY {order}) - 1 AS "group"'
        sql = f"SELECT {names}, {number} FROM (SELECT DISTINCT {names} FROM {rows})"
        snapshot.keep(_TABLE, sql, {})

    def numbered(self, rows: str, columns: Sequence[str]) -> str:
        """SQL for these columns of the table, and `group`."""
        same = " AND ".join(f"r.{key} IS NOT DISTINCT FROM g.{key}" for key in self._keys)
        return f'SELECT {", ".join(columns)}, g."group" FROM {rows} AS r JOIN {_TABLE} AS g ON {same}'

    def values(self, numbers: Sequence[int]) -> list[list[str | None]]:
        """The values of the keys, one list a group."""
        sql = f'SELECT "group", {", ".join(self._keys)} FROM {_TABLE} WHERE "group" = ANY($numbers::BIGINT[])'
        found = {number: keys for number, *keys in self._snapshot.rows(sql, {"numbers": list(numbers)})}
        return [found[number] for number in numbers]

    def number(self, values: Sequence[str | None]) -> int:
        """Of the group with these values of the keys; -1 where there is none."""
        clauses = " AND ".join(f"{key} IS NOT DISTINCT FROM ${key}::VARCHAR" for key in self._keys)
        sql = f'SELECT "group" FROM {_TABLE} WHERE {clauses}'
        found = self._snapshot.rows(sql, dict(zip(self._keys, values, strict=True)))
        return int(found[0][0]) if found else -1


def largest(groups: Numbers, most: int) -> list[int]:
    """The groups that are there most often, of equal ones the first."""
    counts = np.bincount(groups)
    numbers = np.flatnonzero(counts)
    order = np.lexsort((numbers, -counts[numbers]))
    return [int(number) for number in numbers[order[:most]]]
