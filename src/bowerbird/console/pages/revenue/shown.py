"""How the answer to a question about revenue is shown: each currency by itself."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Steps, Table, View, group_name, open_note, steps
from bowerbird.console.pages.parts import Column
from bowerbird.console.pages.parts.numbers import money, share
from bowerbird.insights.base import Answer
from bowerbird.insights.revenue.answer import CurrencyTakings, Revenue, Takings, TakingsGroup

_MODES = (
    Mode("revenue", "Revenue", "payments", True),
    Mode("orders", "Orders", "shopping_cart", True),
    Mode("cohorts", "Lifetime value", "groups", True),
    Mode("table", "Table", "table_rows", False),
)
_MOST_CHARTS = 5
"""Currencies that get a chart; the table has all."""
_TOTALS = (
    Column("group", "Group"),
    Column("revenue", "Revenue", "money", 140),
    Column("orders", "Orders", "number", 110),
    Column("buyers", "Buyers", "number", 110),
    Column("average", "Average order", "money", 150),
    Column("repeat", "Repeat buyers", "number", 130),
)


def show(answer: Answer, mode: str, now: int) -> None:
    revenue: Revenue = answer.result
    passed = steps(revenue.buckets, revenue.unit, answer.timezone, now)
    if mode == "table":
        table = table_of(answer, mode)
        parts.data_table(table.columns, table.rows[: passed.begun], "Revenue and orders, a row for each step of time")
        return
    for currency in revenue.currencies[:_MOST_CHARTS]:
        parts.text_element("h2", currency.currency)
        if mode == "cohorts":
            _show_cohorts(currency)
        else:
            _show_takings(answer, currency, mode, passed)
    left = len(revenue.currencies[_MOST_CHARTS:]) + revenue.currencies_left_out
    if left:
        parts.note(f"And {left} more currencies, with fewer orders: show the table, or filter by currency.")
    if passed.is_open and mode != "cohorts":
        parts.note(open_note(revenue.unit))


def table_of(answer: Answer, mode: str) -> Table:
    """A row a step of time; of the lifetime value, a row a cohort."""
    revenue: Revenue = answer.result
    if mode == "cohorts":
        return _cohorts(revenue.currencies)
    breakdown = answer.question.breakdown
    columns = [Column("bucket", revenue.unit.capitalize(), "step", 150)]
    values: list[Sequence[Any]] = []
    for currency in revenue.currencies:
        for name, takings in [("", currency), *((f" · {_name(group, breakdown)}", group) for group in currency.groups)]:
            columns.append(Column("revenue", f"Revenue, {currency.currency}{name}", "money"))
            columns.append(Column("orders", f"Orders, {currency.currency}{name}", "number"))
            values += [takings.revenue_by_bucket, takings.orders_by_bucket]
    return Table(columns, [[bucket, *(each[at] for each in values)] for at, bucket in enumerate(revenue.buckets)])


def is_empty(answer: Answer) -> bool:
    return not answer.result.currencies


def _show_takings(answer: Answer, takings: CurrencyTakings, mode: str, passed: Steps) -> None:
    with ui.element("div").classes("figures"):
        parts.figure("Revenue", money(takings.revenue), takings.currency)
        parts.figure("Orders", f"{takings.orders:,}", f"{money(takings.average_order_value)} on average")
        rate = f"{share(takings.repeat_rate)} bought again" if takings.buyers else "–"
        parts.figure("Buyers", f"{takings.buyers:,}", rate)
    said = parts.Said("money" if mode == "revenue" else "number", answer.result.unit)
    parts.chart(_chart(answer, takings, mode, passed), _said(answer.result, takings), said=said)
    if takings.groups:
        rows = [(_name(group, answer.question.breakdown), *_totals(group)) for group in takings.groups]
        parts.data_table(_TOTALS, rows, f"Revenue in {takings.currency} by group")


def _chart(answer: Answer, takings: CurrencyTakings, mode: str, passed: Steps) -> dict[str, Any]:
    named = [(_name(group, answer.question.breakdown), group) for group in takings.groups]
    lines: Sequence[tuple[str, Takings]] = named or [("", takings)]
    series = []
    for name, each in lines:
        values: Sequence[Any] = each.orders_by_bucket
        if mode == "revenue":
            values = [float(amount) for amount in each.revenue_by_bucket]
        data = passed.bars(values)
        made = {"name": name or mode.capitalize(), "type": "bar", "data": data, "barMaxWidth": 48, "stack": "all"}
        series.append(made)
    return {
        "xAxis": {"type": "category", "data": answer.result.buckets},
        "yAxis": {"type": "value", "name": takings.currency if mode == "revenue" else f"Orders in {takings.currency}"},
        "series": series,
        "legend": {"show": len(series) > 1, "top": 0, "left": 0, "icon": "circle", "itemWidth": 10, "type": "scroll"},
        "grid": {"left": 20, "right": 36, "top": 64 if len(series) > 1 else 32, "bottom": 8, "containLabel": True},
    }


def _show_cohorts(takings: CurrencyTakings) -> None:
    """Lifetime value by age, a line a cohort, and as rows."""
    if not takings.cohorts:
        parts.note("Nobody bought for the first time in this range.")
        return
    ages = max(len(cohort.lifetime_value) for cohort in takings.cohorts)
    options = {
        "xAxis": {"type": "category", "data": [f"+{age}" for age in range(ages)], "boundaryGap": False},
        "yAxis": {"type": "value", "name": takings.currency},
        "grid": {"left": 20, "right": 36, "top": 64, "bottom": 8, "containLabel": True},
        "series": [
            {"name": each.cohort, "type": "line", "data": [float(value) for value in each.lifetime_value]}
            for each in takings.cohorts
        ],
    }
    said = f"Lifetime value in {takings.currency} of each cohort by age; the table below has the numbers"
    parts.chart(options, said, said=parts.Said("money"))
    table = _cohorts([takings])
    rows = [["" if value is None else value for value in row] for row in table.rows]
    parts.data_table(table.columns, rows, f"Lifetime value in {takings.currency} by cohort")


def _cohorts(currencies: Sequence[CurrencyTakings]) -> Table:
    ages = max((len(cohort.lifetime_value) for each in currencies for cohort in each.cohorts), default=0)
    columns = [Column("currency", "Currency", width=110), Column("cohort", "Cohort", width=130)]
    columns += [
        Column("people", "People", "number", 100),
        *(Column(f"{age}", f"+{age}", "money") for age in range(ages)),
    ]
    rows = [
        [each.currency, cohort.cohort, cohort.people, *_padded(cohort.lifetime_value, ages)]
        for each in currencies
        for cohort in each.cohorts
    ]
    return Table(columns, rows)


def _padded(values: Sequence[str], length: int) -> list[str | None]:
    return [*values, *([None] * (length - len(values)))]


def _totals(takings: Takings) -> tuple[Any, ...]:
    average = takings.average_order_value
    return takings.revenue, takings.orders, takings.buyers, average, takings.repeat_buyers


def _name(group: TakingsGroup, breakdown: Sequence[str]) -> str:
    return "everything else" if group.other else group_name(breakdown, group.group)


def _said(revenue: Revenue, takings: CurrencyTakings) -> str:
    return (
        f"By {revenue.unit}, {revenue.buckets[0]} to {revenue.buckets[-1]}: {money(takings.revenue)} "
        f"{takings.currency} from {takings.orders:,} orders of {takings.buyers:,} buyers."
    )


VIEW = View("revenue", "/revenue", _MODES, show, table_of, is_empty)
