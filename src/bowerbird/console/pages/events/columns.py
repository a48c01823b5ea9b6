"""What the table of events can show."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bowerbird.console import answers
from bowerbird.console.masks import MASK, Masks
from bowerbird.console.pages.parts import Column
from bowerbird.console.pages.parts.facts import written
from bowerbird.console.pages.parts.numbers import exact_money
from bowerbird.event import Event
from bowerbird.warehouse.base import StoredEvent

_KNOWN = (
    Column("name", "Event", "link"),
    Column("occurred_at", "Time", "time", 225),
    Column("received_at", "Received", "time", 225),
    Column("who", "Who"),
    Column("dialect", "Dialect", width=120),
    Column("kind", "Kind", width=110),
    Column("value", "Value", "amount", 120),
    *(Column("currency", "Currency", width=100), Column("order_id", "Order"), Column("list_id", "List", width=90)),
    *(Column("account_id", "Account"), Column("user_id", "User id"), Column("email", "E-mail")),
    *(Column("phone", "Phone"), Column("anonymous_id", "Anonymous id"), Column("click_id", "Click")),
    *(Column("event_id", "Event id", "code"), Column("source_id", "Sender’s id", "code")),
)
COLUMNS: Mapping[str, Column] = MappingProxyType({column.field: column for column in _KNOWN})
DEFAULT = ("occurred_at", "name", "who", "dialect", "value")
PROPERTY = "p:"
"""Before the name of a property."""
_EXACT = "exact value"
"""The key of a value's own digits in a row."""
_MOST = 30


class Table(NamedTuple):
    columns: list[Column]
    rows: list[dict[str, Any]]


def chosen(text: str) -> list[str]:
    """The columns that the address names: fields, and `p:` before a property; joined by commas, which are `%2C`
    within a name."""
    known = [name.replace("%2C", ",") for name in text.split(",")]
    found = [name for name in dict.fromkeys(known) if name in COLUMNS or len(name) > len(PROPERTY)]
    kept = [name for name in found if name in COLUMNS or name.startswith(PROPERTY)]
    return kept[:_MOST] or list(DEFAULT)


def address(columns: list[str]) -> str:
    return "" if columns == list(DEFAULT) else ",".join(name.replace(",", "%2C") for name in columns)


def table(columns: list[str], events: list[StoredEvent], masks: Masks) -> Table:
    made = [COLUMNS.get(name) or Column(name, name.removeprefix(PROPERTY)) for name in columns]
    return Table(made, [_row(event, columns, masks) for event in events])


def who(event: StoredEvent | Event, masks: Masks) -> str:
    known = {"email": event.email, "user_id": event.user_id, "phone": event.phone, "anonymous_id": event.anonymous_id}
    shown = [value for name, value in known.items() if value and not masks.hides_name(name)]
    hidden = [value for value in masks.named(known).values() if value]
    return next(iter(shown or hidden), "")


def _row(event: StoredEvent, columns: list[str], masks: Masks) -> dict[str, Any]:
    row: dict[str, Any] = {"href": f"/events/{event.event_id}"}
    for name in columns:
        if name.startswith(PROPERTY):
            key = name.removeprefix(PROPERTY)
            row[name] = _property(masks.properties(event.name, {key: event.properties.get(key)})[key])
        elif name == "who":
            row[name] = who(event, masks)
        elif name in ("occurred_at", "received_at"):
            row[name] = answers.iso(getattr(event, name))
        elif name == "value":
            row |= _value(event, masks)
        else:
            row[name] = masks.named({name: getattr(event, name)})[name]
    return row


def as_file(shown: Table) -> tuple[list[str], list[list[Any]]]:
    """Header and rows for spreadsheets: a value is a number there, its currency beside it."""
    columns = [(_EXACT if column.field == "value" else column.field, column.title) for column in shown.columns]
    if any(field == _EXACT for field, _ in columns) and ("currency", "Currency") not in columns:
        at = [field for field, _ in columns].index(_EXACT)
        columns.insert(at + 1, ("currency", "Currency"))
    return [title for _, title in columns], [[row.get(field) for field, _ in columns] for row in shown.rows]


def amount(event: StoredEvent, masks: Masks) -> str | None:
    """A value with its currency: `12.50 EUR`."""
    if event.value is None or masks.hides_name("value"):
        return None if event.value is None else MASK
    return exact_money(event.value, MASK if event.currency and masks.hides_name("currency") else event.currency)


def _value(event: StoredEvent, masks: Masks) -> dict[str, Any]:
    """As it is read, and apart for the file."""
    told = masks.named({"value": event.value, "currency": event.currency})
    return {"value": amount(event, masks), _EXACT: told["value"], "currency": told["currency"]}


def _property(value: Any) -> str | int | float | bool | None:
    return value if value is None or isinstance(value, str | int | float) else written(value)
