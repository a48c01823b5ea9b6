"""Columns of Arrow tables."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from arro3.core import Array, DataType, Table

_STRING = DataType.string()
_INTEGER = DataType.int64()


def table(columns: Mapping[str, Sequence[Any]], integers: Set[str]) -> Table:
    """Columns of text, and those named of integers. A column of nothing but None is left out, for `INSERT BY NAME`."""
    return Table.from_pydict(
        {
            name: Array(values, _INTEGER if name in integers else _STRING)
            for name, values in columns.items()
            if values.count(None) < len(values)
        }
    )
