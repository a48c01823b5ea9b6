"""Numbers and times: the browser writes them as the server does, and sorts them by what they are."""

from typing import Any

import pytest

from bowerbird.console.pages.parts.grid import Column, cells, framed
from bowerbird.console.pages.parts.numbers import exact_money, written

CASES = [
    *(("number", value) for value in (0, 7, 1234567, 11.8333, 127.67368421052633, 35.5, -0.00123456, 2.0, None)),
    *(("money", value) for value in ("6339.2", "104016.00", "-0.125", None, "••••")),
    *(("share", value) for value in (0, 0.0375, 1, 12.5, None)),
    *(("change", value) for value in (0.125, -0.073, 183.0, None)),
    *(("span", value) for value in (0, 0.4, 59, 3600, 90061, None)),
]


@pytest.fixture
def page(tab: Any) -> Any:
    return tab("viewer").open("/")


def test_both_write_the_same(page: Any) -> None:
    told = page.evaluate("(cases) => cases.map(([kind, value]) => bowerbird.written[kind](value))", CASES)
    assert told == [written(kind, value) for kind, value in CASES]


@pytest.mark.parametrize(
    ("value", "currency", "told"),
    [
        ("12.5", "EUR", "12.50 EUR"),
        ("1234", "USD", "1,234.00 USD"),
        ("0.00125", "EUR", "0.00125 EUR"),
        ("-3", None, "-3.00"),
        ("1E+3", "EUR", "1,000.00 EUR"),
    ],
)
def test_money_of_one_event_keeps_its_digits(value: str, currency: str | None, told: str) -> None:
    assert exact_money(value, currency) == told


@pytest.mark.parametrize(
    ("values", "ordered"),
    [
        (["9.5", "10.25", None, "-3"], ["-3", "9.5", "10.25", None]),
        ([0.1, 0.09, None, 1.5], [0.09, 0.1, 1.5, None]),
        (["1,234.50 EUR", "", "99.00 USD", "••••"], ["99.00 USD", "1,234.50 EUR", "••••", ""]),
        (["b", "10", "a", "9", "a2", "a10"], ["9", "10", "a", "a2", "a10", "b"]),
    ],
)
def test_numbers_are_sorted_as_numbers_with_nothing_last(page: Any, values: list[Any], ordered: list[Any]) -> None:
    """A table inverts the order that it is told when it sorts downwards."""
    sort = "(values) => values.sort((one, other) => bowerbird.order(one, other, null, null, false))"
    assert page.evaluate(sort, values) == ordered
    down = "(values) => values.sort((one, other) => -bowerbird.order(one, other, null, null, true))"
    present = [value for value in ordered if value not in (None, "")]
    assert page.evaluate(down, values) == [*reversed(present), *ordered[len(present) :]]


@pytest.mark.parametrize(
    ("step", "unit", "short", "whole"),
    [
        ("2026-11-21", "day", "Nov 21", "Nov 21, 2026"),
        ("2026-11-16", "week", "Nov 16", "Week of Nov 16, 2026"),
        ("2026-11-01", "month", "Nov 2026", "Nov 2026"),
        ("2026-11-21T13:00:00+01:00", "hour", "13:00", "Nov 21, 2026, 13:00 +01:00"),
        ("2026-11-21T00:00:00+00:00", "hour", "Nov 21", "Nov 21, 2026, 00:00 UTC"),
        ("<b>not a step</b>", "day", "<b>not a step</b>", "<b>not a step</b>"),
    ],
)
def test_steps_of_time_are_read_on_their_own_clock(page: Any, step: str, unit: str, short: str, whole: str) -> None:
    assert page.evaluate("([step, unit]) => bowerbird.step(step, unit)", [step, unit]) == short
    points = [{"name": step, "seriesName": "<i>a</i>", "color": "red", "value": value} for value in (1.5, 1.5)]
    told = page.evaluate("([points, unit]) => bowerbird.told(points, 'percent', unit).textContent", [points, unit])
    assert told == f"{whole}<i>a</i>1.5 %"


def test_no_column_is_too_narrow_for_its_numbers() -> None:
    columns = [Column("total", "T", "number", 60), Column("paid", "P", "money"), Column("text", "X")]
    rows = [cells(0, (123_456_789_012, "98765432109.5", "x" * 99), columns)]
    total, paid, _ = framed_widths(columns, rows)
    assert total >= 8 * len("123,456,789,012") + 34
    assert paid >= 8 * len("98,765,432,109.50") + 34


def framed_widths(columns: list[Column], rows: list[dict[str, Any]]) -> list[int]:
    from nicegui import Client
    from nicegui.page import page as route

    with Client(route("/nowhere")):
        options = framed(columns, rows, "numbers").options
    return [limit["minWidth"] for limit in options["autoSizeStrategy"]["columnLimits"]]
