"""Columns of Arrow tables."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from arro3.core import Array, ChunkedArray, DataType, Table

Columns = dict[str, Array]
"""By name, of equal length. A column of nothing but None is left out, for `INSERT BY NAME`."""

_STRING = DataType.string()
_INTEGER = DataType.int64()


def columns(values: Mapping[str, Sequence[Any]], integers: Set[str]) -> Columns:
    """Columns of text, and those named of integers."""
    return {
        name: Array(column, _INTEGER if name in integers else _STRING)
        for name, column in values.items()
        if column.count(None) < len(column)
    }


def table(parts: Sequence[Columns]) -> Table:
    """One part below the other. A column that only some of them have is NULL in the others."""
    types = {name: column.type for part in parts for name, column in part.items()}
    lengths = [len(next(iter(part.values()))) for part in parts]
    return Table.from_pydict(
        {
            name: ChunkedArray(
                [
                    part[name] if name in part else Array([None] * length, kind)
                    for part, length in zip(parts, lengths, strict=True)
                ]
            )
            for name, kind in types.items()
        }
    )
