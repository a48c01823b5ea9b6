"""What pages are built of: data that came from outside stays data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.console.pages.parts.chart import chart
from bowerbird.console.pages.parts.grid import Column, cells
from bowerbird.console.pages.parts.messages import words
from bowerbird.errors import NotFoundError


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
