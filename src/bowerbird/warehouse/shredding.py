"""Whether a row group's properties may be taken apart into columns.

DuckDB gives every path of a VARIANT a column of its own ("shredding"), for a fifth of the bytes and a tenth of the
time of a group-by. It does so without a limit: a key that is an id makes as many columns as there are rows, 300 rare
keys take ten seconds a row group, a thousand two gigabytes, and nesting costs its depth to the third power. Groups
with more paths than `PATHS` are therefore stored as VARIANT in one piece.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from duckdb import DuckDBPyConnection

PATHS = 128
DEPTH = 16
OFF = -1
_PAGE = 2048
_BRACKETS = 64
"""In one text; more might be nesting that json_structure fails at."""
_SHAPES = """
    SELECT DISTINCT CASE WHEN contains(shape, '"JSON"') THEN content ELSE shape END FROM (
        SELECT content, CASE
            WHEN length(content) - length(replace(replace(content, '{{', ''), '[', '')) > {brackets} THEN content
            ELSE json_structure(content)::VARCHAR END AS shape
        FROM (SELECT {column} AS content FROM hot WHERE rowid <= $cut AND {column} <> '{{}}'))"""
"""Objects with names of types for values, which have the same paths and are few; where DuckDB says "JSON" it has left
out what is below, and the object itself stands."""
_decode = msgspec.json.Decoder().decode

Paths = dict[str, "Paths"]
"""Names of an object's properties, each with the paths below it."""


@contextmanager
def shredding(cursor: DuckDBPyConnection, least_rows: int) -> Iterator[None]:
    """Row groups of at least so many rows, written meanwhile by whichever connection, are taken apart."""
    cursor.execute("SET GLOBAL variant_minimum_shredding_size = $rows", {"rows": least_rows})
    try:
        yield
    finally:
        cursor.execute("SET GLOBAL variant_minimum_shredding_size = $rows", {"rows": OFF})


def is_uniform(cursor: DuckDBPyConnection, cut: int) -> bool:
    """Whether the rows of `hot` up to a rowid have few paths, in properties and context together."""
    left = PATHS
    for column in ("properties", "context"):
        cursor.execute(_SHAPES.format(brackets=_BRACKETS, column=column), {"cut": cut})
        paths: Paths = {}
        while page := cursor.fetchmany(_PAGE):
            for (text,) in page:
                left -= _grow(paths, _decode(text), DEPTH)
                if left < 0:
                    return False
    return True


def _grow(paths: Paths, value: Any, depth: int) -> int:
    """Adds the paths of an object or an array, and returns how many were new; more than `PATHS` for too deep ones."""
    if not depth:
        return PATHS + 1
    new = 0
    for name, inner in value.items() if type(value) is dict else (("", each) for each in value):
        below = paths.get(name)
        if below is None:
            new += 1
            below = paths[name] = {}
        if type(inner) is dict or type(inner) is list:
            new += _grow(below, inner, depth - 1)
    return new
