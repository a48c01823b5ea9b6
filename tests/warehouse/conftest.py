"""Rows as the processor makes them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.event import Event, Position, event_ids
from bowerbird.warehouse.base import Row
from bowerbird.warehouse.duck import DuckWarehouse

START = 1_750_000_000_000_000


@pytest.fixture
def make_row() -> Callable[..., Row]:
    """Rows of partition 1, one a log row, a second apart. Keywords replace the event's fields or the row's."""
    new_id = event_ids()
    made = 0

    def make(**fields: Any) -> Row:
        nonlocal made
        made += 1
        at = START + made * 1_000_000
        of_row = {name: fields.pop(name) for name in Row.__struct_fields__ if name in fields}
        of_row = {"position": Position(1, made, 0), "outcome": "stored"} | of_row
        base = {
            "workspace": "default",
            "event_id": new_id(at),
            "dialect": "scribe",
            "kind": "track",
            "name": "Order Placed",
            "occurred_at": at,
            "received_at": at,
            "key_id": "key_1",
        }
        return Row(event=Event(**(base | fields)), **of_row)

    return make


@pytest.fixture
def duck(tmp_path: Path):
    """A warehouse that moves eight rows at a time."""
    warehouse = DuckWarehouse(tmp_path / "warehouse.duckdb", "512MB", 1, row_group=8)
    yield warehouse
    warehouse.close()
