"""Numbers as people read them. `static/numbers.js` writes the same in tables and charts."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

NOTHING = "–"
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def number(value: int | float | Decimal | None) -> str:
    """Two places unless it is whole; three digits where two places would tell nothing."""
    if value is None:
        return NOTHING
    if isinstance(value, int):
        return f"{value:,}"
    if 0 < abs(Decimal(value)) < Decimal("0.01"):
        return f"{Decimal(f'{value:.2e}'):f}"
    return f"{value:,.2f}".removesuffix(".00")


def money(amount: str | float | Decimal | None) -> str:
    """Rounded to two places; files have all places."""
    return NOTHING if amount is None else f"{Decimal(amount):,.2f}"


def exact_money(amount: str, currency: str | None) -> str:
    """With its currency, and all places where there are more than two: `12.50 EUR`."""
    value = Decimal(amount)
    places = max(2, -int(value.as_tuple().exponent))
    return f"{value:,.{places}f} {currency or ''}".strip()


def share(part: float | None) -> str:
    """0.1234 as `12.3 %`; – where there is none."""
    return NOTHING if part is None else f"{part * 100:,.1f} %"


def change(part: float | None) -> str:
    """0.125 as `+12.5 %`."""
    return NOTHING if part is None else f"{part * 100:+,.1f} %"


def span(seconds: float | None) -> str:
    """Seconds in their two largest units: `3 d 4 h`; – where there are none."""
    if seconds is None:
        return NOTHING
    if 0 < seconds < 1:
        return "under 1 s"
    rest, said = int(seconds), []
    for length, name in _SPANS:
        if rest >= length:
            said.append(f"{rest // length} {name}")
        elif said:
            said.append("")
        rest %= length
    return " ".join(filter(None, said[:2])) or "0 s"


WRITERS: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {"number": number, "money": money, "share": share, "change": change, "span": span}
)
"""By the kind of a table's column."""


def written(kind: str, value: Any) -> str:
    """What stands in a cell: what is no number, such as a mask, as it is."""
    if not isinstance(value, str):
        return WRITERS[kind](value)
    try:
        return WRITERS[kind](Decimal(value))
    except InvalidOperation:
        return value
