"""What a spreadsheet opens has texts and numbers, and no formula."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.insights.spreadsheet import csv_text

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read(rows: list[Any]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_text(rows), newline="")))


@given(st.lists(st.tuples(st.text(), st.integers() | st.floats(allow_nan=False) | st.none()), max_size=5))
def test_no_cell_is_a_formula(rows: list[tuple[str, float | None]]) -> None:
    for (name, _), (found, _) in zip(rows, read(rows), strict=True):
        assert found in (name, f"'{name}")
        if found.startswith(FORMULA):
            float(found)


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "-5-5", "+1 2"])
def test_a_formula_becomes_a_text(text: str) -> None:
    assert read([[text]]) == [[f"'{text}"]]


@pytest.mark.parametrize("cell", ["-5", "+1.5", "-1e3", -5, -0.5])
def test_a_number_stays_one(cell: Any) -> None:
    assert read([[cell]]) == [[str(cell)]]
