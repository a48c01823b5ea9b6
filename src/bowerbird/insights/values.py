"""How values of any type become texts and numbers that compare."""

from collections.abc import Sequence


def extracted(variant: str, path: Sequence[str]) -> str:
    """The text of what stands in a VARIANT at a path of placeholders; NULL where nothing or null stands. Numbers are
    in their shortest form."""
    for name in path:
        variant = f"variant_extract({variant}, {name})"
    return f"({variant})::VARCHAR"


def number(text: str) -> str:
    """A text as DOUBLE; NULL for what does not read as a finite number."""
    return f"CASE WHEN isfinite(TRY_CAST({text} AS DOUBLE)) THEN TRY_CAST({text} AS DOUBLE) END"
