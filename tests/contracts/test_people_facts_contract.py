"""What every warehouse keeps of people beside the events."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bowerbird.event import Position
from bowerbird.person_ids import person_id_of
from bowerbird.warehouse.duck import DuckWarehouse
from bowerbird.warehouse.facts import Facts, Told
from bowerbird.warehouse.memory import MemoryWarehouse

ONE, TWO, THREE = (person_id_of(Position(1, offset, 0)) for offset in (1, 2, 3))


@pytest.fixture(params=["memory", "duck"])
def warehouse(request: Any, tmp_path: Path) -> Iterator[Any]:
    made: Any = MemoryWarehouse()
    if request.param == "duck":
        made = DuckWarehouse(tmp_path / "warehouse.duckdb", "512MB", 1, row_group=8)
    yield made
    made.close()


def told(person: str, name: str, value: str, at: int) -> Told:
    return Told("default", person, name, value, at, f"event-{at}")


def test_the_last_root_holds(warehouse: Any) -> None:
    warehouse.write((), {1: 1}, Facts({TWO: ONE, THREE: ONE}))
    assert warehouse.aliases() == {TWO: ONE, THREE: ONE}
    warehouse.restore((), Facts({TWO: TWO, THREE: TWO}))
    assert warehouse.aliases() == {THREE: TWO}


def test_a_delivery_of_before_teaches_nothing(warehouse: Any) -> None:
    warehouse.write((), {1: 1}, Facts({TWO: ONE}, [told(ONE, "city", '"Rome"', 5)]))
    warehouse.restore((), Facts({TWO: TWO}))
    warehouse.write((), {1: 1}, Facts({TWO: ONE}, [told(ONE, "city", '"Rome"', 5)]))
    assert warehouse.aliases() == {}
    assert len(warehouse.told("default", [ONE])) == 1


def test_traits_come_with_their_history(warehouse: Any) -> None:
    warehouse.write((), {1: 1}, Facts({}, [told(ONE, "city", '"Rome"', 5), told(ONE, "age", "30", 5)]))
    warehouse.write((), {1: 2}, Facts({}, [told(ONE, "city", '"Berlin"', 3), told(TWO, "city", "null", 4)]))
    history = warehouse.told("default", [ONE, TWO])
    assert [(each.person_id, each.name, each.value) for each in history] == [
        (ONE, "age", "30"),
        (ONE, "city", '"Berlin"'),
        (TWO, "city", "null"),
        (ONE, "city", '"Rome"'),
    ]
    assert warehouse.told("another", [ONE]) == []


def test_people_are_forgotten_wholly(warehouse: Any) -> None:
    warehouse.write((), {1: 1}, Facts({TWO: ONE}, [told(ONE, "city", '"Rome"', 5), told(TWO, "city", '"Oslo"', 5)]))
    warehouse.forget([TWO])
    assert warehouse.aliases() == {}
    assert [each.person_id for each in warehouse.told("default", [ONE, TWO])] == [ONE]


def test_clearing_takes_them_too(warehouse: Any) -> None:
    warehouse.write((), {1: 1}, Facts({TWO: ONE}, [told(ONE, "city", '"Rome"', 5)]))
    warehouse.clear()
    assert warehouse.aliases() == {}
    assert warehouse.told("default", [ONE]) == []


def test_values_that_repeat_go_when_rows_move(tmp_path: Path) -> None:
    warehouse = DuckWarehouse(tmp_path / "warehouse.duckdb", "512MB", 1, row_group=8)
    values = ['"a"', '"a"', '"b"', '"b"', '"a"'] * 3
    warehouse.write((), {1: 1}, Facts({}, [told(ONE, "plan", value, at) for at, value in enumerate(values)]))
    warehouse.move()
    kept = warehouse.told("default", [ONE])
    assert [each.value for each in kept] == ['"a"', '"b"', '"a"', '"b"', '"a"', '"b"', '"a"']
    assert kept[0].occurred_at == 0
    warehouse.close()
