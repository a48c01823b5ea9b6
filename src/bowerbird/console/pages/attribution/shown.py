"""How the answer to a question about attribution is shown, alone or beside that of another model."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from nicegui import ui

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Mode, Table, View
from bowerbird.console.pages.parts import Column
from bowerbird.console.pages.parts.numbers import money
from bowerbird.insights.attribution import AttributionResult, Credit
from bowerbird.insights.base import Answer

CONVERSIONS, REVENUE, TABLE = "conversions", "revenue", "table"
MODELS = {
    "first": "First touch",
    "last": "Last touch",
    "linear": "Linear",
    "position": "Position, 40-20-40",
    "decay": "Time decay",
}
BY = {"campaign": "Campaign", "source": "Source", "medium": "Medium", "referrer": "Referrer", "link": "Tracked link"}
_MODES = (
    Mode(CONVERSIONS, "Conversions", "flag", True),
    Mode(REVENUE, "Revenue", "payments", True),
    Mode(TABLE, "Table", "table_rows", False),
)


def show(answer: Answer, mode: str, other: Answer | None = None) -> None:
    """`other`: of the same question with another model."""
    answers = [answer] if other is None else [answer, other]
    result: AttributionResult = answer.result
    if mode != TABLE:
        with ui.element("div").classes("figures"):
            parts.figure("Conversions", f"{result.conversions:,}")
            for each in result.revenue:
                parts.figure("Revenue", money(each.amount), each.currency or "without a currency")
    currencies: Sequence[str | None] = [each.currency for each in result.revenue]
    if mode == CONVERSIONS:
        _bars(answers, "conversions", _conversions)
    elif mode == REVENUE:
        for currency in currencies:
            _bars(answers, currency or "no currency", lambda credit, of=currency: _amount(credit, of))
        if not currencies:
            parts.prose("These conversions carry no value: send them with `value` and `currency`.").classes("note")
    columns = [Column("name", BY[answer.question.by], width=190), *_columns(answers, currencies)]
    rows = [[name, *_numbers(answers, name, currencies)] for name in _names(answers)]
    parts.data_table(columns, rows, "Conversions and revenue by name")


def table_of(answer: Answer, _: str) -> Table:
    """A row a name and currency, with all digits."""
    titles = (BY[answer.question.by], "Conversions", "Currency", "Revenue")
    rows: list[list[Any]] = []
    for credit in answer.result.credits:
        for each in credit.revenue or [None]:
            paid = [None, None] if each is None else [each.currency, str(each.amount)]
            rows.append([name_of(credit), str(credit.conversions), *paid])
    return Table([Column(title, title) for title in titles], rows)


def name_of(credit: Credit) -> str:
    if credit.direct:
        return "(direct)"
    return "everything else" if credit.other else credit.name or "(empty)"


def is_empty(answer: Answer) -> bool:
    return not answer.result.conversions


def _bars(answers: Sequence[Answer], title: str, number: Any) -> None:
    """A bar a name and model, the greatest on top."""
    names = _names(answers)
    series: list[dict[str, Any]] = []
    for answer in answers:
        numbers = {name_of(credit): number(credit) for credit in answer.result.credits}
        data = [float(numbers.get(name, 0)) for name in names]
        series.append({"name": MODELS[answer.question.model], "type": "bar", "barMaxWidth": 26, "data": data})
    options = {
        "xAxis": {"type": "value", "name": title, "nameLocation": "middle", "nameGap": 28},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": names,
            "axisLabel": {"width": 110, "overflow": "truncate"},
        },
        "series": series,
        "legend": {"show": len(series) > 1, "top": 0, "left": 0, "icon": "circle", "itemWidth": 10, "type": "scroll"},
        "grid": {"left": 20, "right": 24, "top": 32 if len(series) > 1 else 8, "bottom": 28, "containLabel": True},
    }
    said = "; ".join(
        f"{one['name']}: " + ", ".join(f"{name} {each:,.2f}" for name, each in zip(names, one["data"], strict=True))
        for one in series
    )
    parts.chart(options, f"{title.capitalize()} by name. {said}.", 90 + 34 * len(names) * len(series))


def _names(answers: Sequence[Answer]) -> list[str]:
    """In the order of the first answer, those of the second alone behind."""
    return list(dict.fromkeys(name_of(credit) for answer in answers for credit in answer.result.credits))


def _columns(answers: Sequence[Answer], currencies: Sequence[str | None]) -> list[Column]:
    made = []
    for at, answer in enumerate(answers):
        of = f", {MODELS[answer.question.model].lower()}" if len(answers) > 1 else ""
        made.append(Column(f"conversions {at}", f"Conversions{of}", "number", 220 if of else 130))
        made += [
            Column(f"{currency} {at}", f"{currency or 'Revenue'}{of}", "money", 180 if of else None)
            for currency in currencies
        ]
    return made


def _numbers(answers: Sequence[Answer], name: str, currencies: Sequence[str | None]) -> list[Decimal | None]:
    made: list[Decimal | None] = []
    for answer in answers:
        credit = next((one for one in answer.result.credits if name_of(one) == name), None)
        made.append(None if credit is None else _conversions(credit))
        made += [None if credit is None else _amount(credit, currency) for currency in currencies]
    return made


def _conversions(credit: Credit) -> Decimal:
    return credit.conversions


def _amount(credit: Credit, currency: str | None) -> Decimal:
    return next((each.amount for each in credit.revenue if each.currency == currency), Decimal(0))


VIEW = View("attribution", "/attribution", _MODES, lambda answer, mode, _: show(answer, mode), table_of, is_empty)
