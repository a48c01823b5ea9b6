"""What pages are built of: data that came from outside stays data."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.console.pages.parts.chart import chart
from bowerbird.console.pages.parts.csv import text
from bowerbird.console.pages.parts.grid import Column, cells
from bowerbird.console.pages.parts.messages import words
from bowerbird.errors import NotFoundError


@given(st.lists(st.tuples(st.text(), st.integers() | st.floats(allow_nan=False) | st.none()), max_size=5))
def test_a_file_for_spreadsheets_has_no_formula(rows: list[tuple[str, float | None]]) -> None:
    written = list(csv.reader(io.StringIO(text(("name", "n"), rows), newline="")))
    assert written[0] == ["name", "n"]
    for (name, _), found in zip(rows, written[1:], strict=True):
        assert found[0] in (name, f"'{name}")
        assert not found[0].startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.dictionaries(st.text(), st.text())))
def test_a_tables_rows_have_no_key_from_outside(row: dict[str, object]) -> None:
    columns = [Column(name, name) for name in row]
    made = cells(0, row, columns)
    assert set(made) == {f"c{at}" for at in range(len(row))} | {"n", "href"}
    assert all(value is None or isinstance(value, str | int | float) for value in made.values())


def test_a_table_keeps_all_digits() -> None:
    columns = (Column("n", "N", "number"),)
    assert cells(0, {"n": 2**63}, columns)["c0"] == "9223372036854775808"
    assert cells(0, (12,), columns)["c0"] == 12


@pytest.mark.parametrize("options", [{":formatter": "x"}, {"series": [{"data": [{":value": "alert(1)"}]}]}])
def test_a_chart_takes_no_code(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cannot have the key"):
        chart(options, "what it shows")


def test_failures_show_no_internals() -> None:
    assert words(NotFoundError("no such thing", "look elsewhere")) == ("No such thing", "Look elsewhere")
    assert "secret" not in "".join(words(RuntimeError("secret")))
