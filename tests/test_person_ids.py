"""Person ids."""

from uuid import RFC_4122, UUID

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.event import Position
from bowerbird.person_ids import MOST, PERSON_ID, number_of, numbers_of, person_id, person_id_of

positions = st.builds(Position, st.integers(0, 511), st.integers(0, 2**36 - 1), st.integers(0, 2**17 - 1))
numbers = st.integers(0, MOST - 1)


@given(numbers)
def test_number_and_text_name_each_other(number: int) -> None:
    text = person_id(number)
    assert number_of(text) == number
    assert str(UUID(text)) == text
    assert (UUID(text).version, UUID(text).variant) == (8, RFC_4122)


@given(st.lists(numbers, max_size=5))
def test_many_texts_give_their_numbers(some: list[int]) -> None:
    assert numbers_of([person_id(each) for each in some]) == some


@given(positions, positions)
def test_every_position_makes_a_person_of_its_own(one: Position, other: Position) -> None:
    assert (person_id_of(one) == person_id_of(other)) == (one == other)


@given(numbers, numbers)
def test_texts_sort_as_their_numbers(one: int, other: int) -> None:
    assert (person_id(one) < person_id(other)) == (one < other)


def test_later_rows_of_a_partition_make_greater_numbers() -> None:
    made = [person_id_of(Position(3, offset, index)) for offset in (1, 2, 2**36 - 1) for index in (0, 1, 2**17 - 1)]
    assert made == sorted(made)


@pytest.mark.parametrize("beyond", [Position(512, 1, 0), Position(0, 2**36, 0), Position(0, 1, 2**17)])
def test_a_position_beyond_the_bits_is_refused(beyond: Position) -> None:
    with pytest.raises(ValueError, match="beyond"):
        person_id_of(beyond)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "70657273-6f6e-8000-8000-00000000000",
        "70657273-6f6e-8000-8000-00000000000G",
        "70657273-6f6e-8000-8000-00000000000A",
        "70657273-6f6e-8000-8000-00000000_001",
        "70657273-6f6e-8000-c000-000000000001",
        "70657273-6f6e-8000-80000000-00000001",
        "0197a000-0000-7000-8000-000000000001",
    ],
)
def test_any_other_text_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        number_of(text)
    with pytest.raises(ValueError):
        numbers_of([person_id(0), text])


def test_sql_writes_the_same_text() -> None:
    some = [0, 1, 2**48 - 1, 2**48, MOST - 1]
    sql = f"SELECT ({PERSON_ID})::VARCHAR FROM (SELECT unnest($people::BIGINT[]) AS person)"
    found = duckdb.execute(sql, {"people": [*some, None]}).fetchall()
    assert found == [*[(person_id(each),) for each in some], (None,)]
