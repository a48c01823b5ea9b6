"""What the tables of events show of one event."""

import msgspec
import pytest

from bowerbird.console.masks import Masks
from bowerbird.console.pages.events.columns import amount, as_file, table
from bowerbird.registry.described import Description
from bowerbird.warehouse.base import StoredEvent

BLANK = dict.fromkeys(StoredEvent.__struct_fields__)
PAID = BLANK | {"position": {"partition": 0, "offset": 1, "index": 0}, "outcome": "stored", "properties": {}}
PAID |= {"event_id": "e", "workspace": "w", "dialect": "scribe", "kind": "track", "name": "paid", "key_id": "k"}
PAID |= {"occurred_at": 1, "received_at": 1, "traits": {}, "context": {}, "value": "12.5", "currency": "EUR"}
EVENT = msgspec.convert(PAID, StoredEvent)


def masks(*names: str) -> Masks:
    return Masks([Description("w", "paid", name, pii=True) for name in names])


@pytest.mark.parametrize(
    ("hidden", "shown", "kept"),
    [((), "12.50 EUR", ["12.5", "EUR"]), (("value",), "••••", ["••••", "EUR"])],
)
def test_a_value_that_is_marked_is_hidden_in_the_file_too(hidden: tuple[str, ...], shown: str, kept: list[str]) -> None:
    assert amount(EVENT, masks(*hidden)) == shown
    made = table(["name", "value"], [EVENT], masks(*hidden))
    assert made.rows[0]["value"] == shown
    assert as_file(made) == (["Event", "Value", "Currency"], [["paid", *kept]])


def test_a_currency_that_is_marked_is_hidden_beside_its_value() -> None:
    assert amount(EVENT, masks("currency")) == "12.50 ••••"


def test_the_file_has_the_currency_once() -> None:
    assert as_file(table(["currency", "value"], [EVENT], masks())) == (["Currency", "Value"], [["EUR", "12.5"]])
    assert as_file(table(["name"], [EVENT], masks())) == (["Event"], [["paid"]])
