"""Columns of Arrow tables."""

from collections.abc import Sequence

from arro3.core import Array, DataType

_STRING = DataType.string()
_INTEGER = DataType.int64()


def strings(values: Sequence[str | None]) -> Array:
    array: Array = Array(values, _STRING)
    return array


def integers(values: Sequence[int | None]) -> Array:
    array: Array = Array(values, _INTEGER)
    return array
