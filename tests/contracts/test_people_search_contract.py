"""What every reader of people keeps to when it looks for beginnings of identifiers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from bowerbird.state.base import LONGEST_FOUND, Changes, Match, Merge, PeopleFound, PeopleSearch, identifier
from bowerbird.state.database import open_sqlite
from bowerbird.state.readers import SqlPeople
from bowerbird.state.sql import SqlState

ADA, BOB, EVE, CAT = (f"01890000-0000-8000-8000-00000000000{number}" for number in (1, 2, 3, 4))
EVENT = "01890000-0000-7000-8000-00000000000e"

Search = Callable[..., PeopleFound]


def keep(engine: Engine, carried: dict[str, list[tuple[str, str]]], merges: tuple[tuple[str, str], ...] = ()) -> None:
    """People of workspace `default` with these identifiers, and who absorbed whom."""
    SqlState(engine).remember(
        Changes(
            created=[("default", person, 1) for person in carried],
            attached={
                identifier("default", kind, value): (person, EVENT, 1)
                for person, pairs in carried.items()
                for kind, value in pairs
            },
            merges=[Merge("default", survivor, absorbed, EVENT, (), 2) for survivor, absorbed in merges],
        )
    )


@pytest.fixture(params=["memory", "sqlite"])
def engine(request: Any, tmp_path: Path) -> Iterator[Engine]:
    engine = open_sqlite(None if request.param == "memory" else tmp_path / "state.db")
    yield engine
    engine.dispose()


@pytest.fixture
def search(engine: Engine) -> Search:
    return lambda text, workspace="default", **more: SqlPeople(engine).search(PeopleSearch(workspace, text, **more))


def test_whole_identifiers_come_first_then_those_that_begin_so_in_order(engine: Engine, search: Search) -> None:
    keep(
        engine,
        {
            ADA: [("email", "ada@x.io")],
            BOB: [("user_id", "adam")],
            EVE: [("anonymous_id", "ada")],
            CAT: [("user_id", "an ada")],
        },
    )
    assert search("ada") == ([EVE, ADA, BOB], None)
    assert search("ada", kind="user_id") == ([BOB], None)
    assert search("adam") == ([BOB], None)
    assert search("dam") == ([], None), "the middle of an identifier is not found"
    assert search("Adam") == ([], None), "user ids are compared as they were sent"


def test_a_short_text_has_to_be_the_whole(engine: Engine, search: Search) -> None:
    keep(engine, {ADA: [("user_id", "u1")], BOB: [("user_id", "u1x")]})
    assert search("u1") == ([ADA], None)
    assert search("u1x") == ([BOB], None)
    assert search("u") == search("") == ([], None)


def test_emails_and_phones_are_found_as_people_write_them(engine: Engine, search: Search) -> None:
    keep(engine, {ADA: [("email", "Ada@X.io")], BOB: [("phone", "+49 (30) 123-456")], EVE: [("phone", "+4 9")]})
    assert search(" ADA@") == ([ADA], None)
    assert search("+49 (30) 1") == ([BOB], None)
    assert search("+4 9") == ([EVE, BOB], None), "what is no number with a country's code is kept as it was sent"


def test_another_workspace_stays_unseen(engine: Engine, search: Search) -> None:
    keep(engine, {ADA: [("user_id", "ada-1")]})
    assert search("ada", workspace="acme") == ([], None)
    assert search("ada-1", workspace="acme") == ([], None)


def test_hidden_kinds_are_not_looked_at(engine: Engine, search: Search) -> None:
    keep(engine, {ADA: [("email", "ada@x.io"), ("user_id", "ada-1")], BOB: [("email", "adam@x.io")]})
    hidden = frozenset({"email"})
    assert search("ada", hidden=hidden) == ([ADA], None)
    assert search("adam@x.io", hidden=hidden) == ([], None)
    assert search("ada", kind="email", hidden=hidden) == ([], None)


def test_who_was_merged_is_found_once_as_the_survivor(engine: Engine, search: Search) -> None:
    keep(engine, {ADA: [("user_id", "ada-1")], BOB: [("user_id", "ada-2")], EVE: [("user_id", "ada-3")]}, ((ADA, BOB),))
    assert search("ada") == ([ADA, EVE], None)
    assert search("ada-2") == ([ADA], None)


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_join_without_gap_or_repeat(engine: Engine, search: Search, limit: int) -> None:
    pairs = [("email", "ada@x.io"), ("user_id", "ada"), ("anonymous_id", "ada"), ("user_id", "ada-9")]
    keep(engine, {ADA: pairs, BOB: [("email", "ada")], EVE: [("user_id", "ada-5")], CAT: [("user_id", "ada@x")]})
    found, after = [], None
    while True:
        page = search("ada", limit=limit, after=after)
        assert len(page.people) <= limit
        found += page.people
        if (after := page.next) is None:
            break
    assert found == [ADA, BOB, EVE, CAT]


def test_somebody_with_thousands_of_identifiers_hides_nobody(engine: Engine, search: Search) -> None:
    keep(engine, {ADA: [("user_id", f"cookie-{n:04}") for n in range(2_000)], BOB: [("user_id", "cookie-zoe")]})
    first = search("cookie", limit=5)
    assert first.people == [ADA]
    assert first.next is not None, "it stops looking where it would take long, and says so"
    found, after = [], first.next
    while after is not None:
        page = search("cookie", limit=5, after=after)
        found, after = found + page.people, page.next
    assert found == [BOB]


def test_very_long_ones_are_found_whole(engine: Engine, search: Search) -> None:
    longest, longer = "x" * LONGEST_FOUND, "y" * (LONGEST_FOUND + 1)
    keep(engine, {ADA: [("user_id", longest)], BOB: [("user_id", longer)]})
    assert search("xxx") == ([ADA], None)
    assert search("yyy") == ([], None)


@pytest.mark.parametrize("text", ["\ud800ada", "ada\0", "%%%", "___", "ada%", "'; --", "\U0010ffff" * 3])
def test_nothing_in_a_text_means_more_than_itself(engine: Engine, search: Search, text: str) -> None:
    keep(engine, {ADA: [("user_id", "ada-1")]})
    assert search(text) == ([], None)


def test_anonymous_ids_are_found_whole(engine: Engine, search: Search) -> None:
    keep(engine, {ADA: [("anonymous_id", "anon-1")], BOB: [("anonymous_id", "anon-12"), ("user_id", "anon-10")]})
    assert search("anon-1") == ([ADA, BOB], None)
    assert search("anon-1", kind="anonymous_id") == ([ADA], None)
    assert search("anon-12", hidden=frozenset({"anonymous_id"})) == ([], None)
    assert search("anon") == ([BOB], None)


def test_the_erased_are_not_found(engine: Engine, search: Search) -> None:
    from bowerbird.state.upkeep import SqlUpkeep

    keep(engine, {ADA: [("user_id", "ada-1")]})
    SqlUpkeep(engine).erase("default", [ADA], [])
    assert search("ada") == ([], None)


_texts = st.text("ab-é\U0001f600\uffff", min_size=1, max_size=5)
_pairs = st.lists(st.tuples(st.sampled_from(["user_id", "anonymous_id", "stripe_customer_id"]), _texts), max_size=12)


@settings(max_examples=60)
@given(_pairs, _texts, st.integers(1, 4))
def test_it_finds_what_a_look_through_all_would(pairs: list[tuple[str, str]], sought: str, limit: int) -> None:
    people = [ADA, BOB, EVE]
    owners = {pair: people[at % 3] for at, pair in enumerate(pairs)}
    engine = open_sqlite(None)
    keep(engine, {person: [pair for pair, owner in owners.items() if owner == person] for person in people})
    ordered = sorted(
        (Match(value != sought, value, kind), owner)
        for (kind, value), owner in owners.items()
        if value == sought or (len(sought) >= 3 and value.startswith(sought) and kind != "anonymous_id")
    )
    found, after = [], None
    while True:
        page = SqlPeople(engine).search(PeopleSearch("default", sought, limit=limit, after=after))
        found += page.people
        if (after := page.next) is None:
            break
    assert found == list(dict.fromkeys(owner for _, owner in ordered))
    engine.dispose()


def test_a_state_of_before_gets_its_index(tmp_path: Path) -> None:
    before = open_sqlite(tmp_path / "state.db")
    keep(before, {ADA: [("user_id", "ada-1")]})
    with before.begin() as connection:
        connection.execute(text("DROP INDEX identifiers_by_value"))
    before.dispose()
    engine = open_sqlite(tmp_path / "state.db")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'identifiers_by_value'"))
        assert len(rows.all()) == 1
    assert SqlPeople(engine).search(PeopleSearch("default", "ada")).people == [ADA]
    engine.dispose()
