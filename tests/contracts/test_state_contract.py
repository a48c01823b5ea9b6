"""What every processor state must do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine

from bowerbird.errors import BowerbirdError, NotFoundError
from bowerbird.event import Tallied
from bowerbird.state.base import (
    MOST_NAMES,
    MOST_PROPERTIES,
    MOST_TOLD,
    CatalogCount,
    Changes,
    Conflict,
    Merge,
    QuarantineEntry,
    SeenKey,
    Summary,
    Trait,
)
from bowerbird.state.database import open_sqlite
from bowerbird.state.readers import SqlCatalog, SqlPeople
from bowerbird.state.sql import SqlState
from bowerbird.state.upkeep import SqlUpkeep

ADA, BOB, EVE, CAT = (f"01890000-0000-8000-8000-00000000000{number}" for number in (1, 2, 3, 4))
EVENT = "01890000-0000-7000-8000-00000000000e"
EMAIL = ("default", "email", "a@x.io")
PHONE = ("default", "phone", "+1")


class Reopenable:
    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        self.open_engine = open_engine
        self.reopen()

    def reopen(self) -> None:
        self.engine = self.open_engine()
        self.state, self.upkeep = SqlState(self.engine), SqlUpkeep(self.engine)
        self.people, self.catalog = SqlPeople(self.engine), SqlCatalog(self.engine)


@pytest.fixture(params=["memory", "sqlite"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reopenable]:
    memory = open_sqlite(None)
    yield Reopenable(lambda: memory if request.param == "memory" else open_sqlite(tmp_path / "state.db"))
    memory.dispose()


def two_people(**more: Any) -> Changes:
    return Changes(
        applied={0: 7},
        created=[("default", ADA, 100), ("default", BOB, 200)],
        attached={EMAIL: (ADA, EVENT, 100), PHONE: (BOB, EVENT, 200)},
        user_ids={ADA: "ada"},
        **more,
    )


def merge(survivor: str = ADA, absorbed: str = BOB) -> Merge:
    return Merge("default", survivor, absorbed, EVENT, (("email", "a@x.io"), ("phone", "+1")), 300)


def test_a_batch_is_there_after_a_restart_with_its_positions(stored: Reopenable) -> None:
    assert stored.state.applied() == {}
    stored.state.remember(two_people())
    stored.reopen()
    assert stored.state.applied() == {0: 7}
    known = stored.state.load([EMAIL, PHONE, ("default", "email", "nobody@x.io")])
    assert known.owners == {EMAIL: ADA, PHONE: BOB}
    assert known.roots == {ADA: ADA, BOB: BOB}
    assert (known.nodes[ADA].user_id, known.nodes[ADA].created_at) == ("ada", 100)


def test_a_position_is_marked_by_its_row(stored: Reopenable) -> None:
    stored.state.remember(Changes(applied={0: 7, 1: 3}, marks={0: (7, 500), 1: (3, 400)}))
    stored.state.remember(Changes(applied={1: 4}, marks={1: (4, 600)}))
    stored.state.remember(Changes())
    stored.reopen()
    assert stored.state.applied() == {0: 7, 1: 4}
    assert stored.state.marks() == {0: (7, 500), 1: (4, 600)}


def test_a_batch_that_fails_leaves_nothing(stored: Reopenable) -> None:
    twice = two_people()
    twice.created.append(("default", ADA, 100))
    with pytest.raises(Exception, match="UNIQUE"):
        stored.state.remember(twice)
    assert stored.state.applied() == {}
    assert stored.state.load([EMAIL]).owners == {}


def test_merged_people_are_loaded_as_one(stored: Reopenable) -> None:
    stored.state.remember(two_people(merges=[merge()], accounts={("default", BOB, "acme"): 5}))
    known = stored.state.load([PHONE])
    assert known.owners == {PHONE: BOB}
    assert known.roots == {BOB: ADA}
    assert known.nodes[ADA].absorbed == (BOB,)
    assert known.nodes[ADA].accounts == ("acme",)
    assert stored.people.find("default", {"email": "A@x.io ", "phone": "+1"}) == [ADA]
    assert stored.people.members("default", BOB) == [ADA, BOB]
    assert stored.people.roots("default", [ADA, BOB, EVE]) == {ADA: ADA, BOB: ADA, EVE: EVE}


def test_merges_of_one_batch_apply_in_order(stored: Reopenable) -> None:
    chain = two_people(merges=[merge(BOB, EVE), merge(ADA, BOB)])
    chain.created.append(("default", EVE, 300))
    stored.state.remember(chain)
    assert stored.people.members("default", EVE) == [ADA, BOB, EVE]


def test_many_identifiers_are_looked_up_at_once(stored: Reopenable) -> None:
    many = {("default", "anonymous_id", f"anon-{number}"): (ADA, EVENT, 1) for number in range(10_000)}
    stored.state.remember(Changes(created=[("default", ADA, 1)], attached=many))
    assert len(stored.state.load(list(many)).owners) == 10_000


def test_newer_traits_win_whatever_the_order_of_batches(stored: Reopenable) -> None:
    def trait(value: Any, at: int, event_id: str = EVENT) -> Changes:
        return Changes(traits={("default", ADA, "plan"): Trait("default", ADA, "plan", value, at, event_id)})

    stored.state.remember(two_people())
    for value, at in ((["pro"], 20), ("free", 10)):
        stored.state.remember(trait(value, at))
    assert stored.people.person("default", ADA).traits == {"plan": ["pro"]}  # type: ignore[union-attr]
    stored.state.remember(trait(None, 30))
    assert stored.people.person("default", ADA).traits == {"plan": None}  # type: ignore[union-attr]


def test_many_people_are_read_as_each_of_them(stored: Reopenable) -> None:
    told = {
        ("default", node, "plan"): Trait("default", node, "plan", node, at, EVENT) for node, at in ((ADA, 2), (BOB, 1))
    }
    stored.state.remember(two_people(merges=[merge()]))
    stored.state.remember(Changes(created=[("default", EVE, 5), ("other", CAT, 6)], traits=told))
    found = stored.people.summaries("default", [EVE, "nobody", BOB, CAT, ADA])
    assert list(found) == [EVE, BOB, ADA]
    assert found[BOB] == found[ADA]
    assert (found[EVE].aliases, found[EVE].identifiers, found[EVE].traits) == ([], [], {})
    assert found[ADA].traits == {"plan": ADA}, "the newest of both"
    person = stored.people.person("default", BOB)
    assert person is not None
    assert {name: getattr(person, name) for name in Summary.__struct_fields__} == msgspec.structs.asdict(found[ADA])
    assert stored.people.summaries("default", []) == {}


def test_the_latest_conflicts_of_many_are_told(stored: Reopenable) -> None:
    conflicts = [
        Conflict("default", EVENT, ADA, f"other-{number:03}", "email", "a@x.io", "stayed", number)
        for number in range(MOST_TOLD + 5)
    ]
    stored.state.remember(two_people(conflicts=conflicts))
    person = stored.people.person("default", ADA)
    assert person is not None
    assert person.conflicts == conflicts[5:]
    assert (person.conflicts_total, person.merges_total) == (MOST_TOLD + 5, 0)
    whole = stored.people.person("default", ADA, None)
    assert whole is not None
    assert (whole.conflicts, whole.conflicts_total) == (conflicts, MOST_TOLD + 5)


def test_the_catalog_adds_up(stored: Reopenable) -> None:
    def seen(prop: str | None, kind: str, count: int, first: int, last: int) -> Changes:
        return Changes(catalog=[CatalogCount("default", "94", "test", prop, kind, count, first, last)])

    for change in ((None, "", 2, 5, 9), (None, "", 3, 4, 6), ("plan", "string", 1, 4, 4), ("", "null", 1, 1, 1)):
        stored.state.remember(seen(*change))
    assert stored.catalog.properties("default", "94") == {"test": Tallied(5, {"": 1, "plan": 1})}
    assert stored.catalog.properties("default", "95") == {}
    assert CatalogCount("default", "94", "test", None, "", 5, 4, 9) in stored.catalog.catalog("default")
    assert CatalogCount("default", "94", "test", "", "null", 1, 1, 1) in stored.catalog.catalog("default")


def test_the_catalog_is_bounded_and_goes_on_counting_what_it_has(stored: Reopenable) -> None:
    def seen(name: str, *props: str) -> list[CatalogCount]:
        own = CatalogCount("default", "", name, None, "", 1, 1, 1)
        return [own, *(CatalogCount("default", "", name, prop, "string", 1, 1, 1) for prop in props)]

    many = [f"p{number}" for number in range(MOST_PROPERTIES + 1)]
    stored.state.remember(Changes(catalog=seen("wide", *many[:-2])))
    stored.state.remember(Changes(catalog=[*seen("wide", many[0], *many[-2:]), *seen("other", "plan")]))
    known = stored.catalog.properties("default", "")
    assert known["wide"].events == 2
    assert list(known["wide"].properties) == sorted(many[:-1])
    assert known["wide"].properties["p0"] == 2
    assert known["other"] == Tallied(1, {"plan": 1})

    names = [f"n{number}" for number in range(MOST_NAMES)]
    stored.state.remember(Changes(catalog=[each for name in names for each in seen(name)]))
    stored.state.remember(Changes(catalog=[*seen("too late"), *seen("other", "plan")]))
    known = stored.catalog.properties("default", "")
    assert len(known) == MOST_NAMES
    assert list(known) == sorted(["wide", "other", *names[:-2]])
    assert known["other"] == Tallied(2, {"plan": 2})
    stored.state.remember(Changes(catalog=[CatalogCount("default", "94", "elsewhere", None, "", 1, 1, 1)]))
    assert "elsewhere" in stored.catalog.properties("default", "94")


def test_unmerge_splits_and_remembers_it(stored: Reopenable) -> None:
    stored.state.remember(two_people(merges=[merge()]))
    undone = stored.upkeep.unmerge("default", ADA, 999)
    assert (undone.survivor, undone.absorbed, undone.undone_at) == (ADA, BOB, 999)
    assert stored.people.members("default", BOB) == [BOB]
    assert stored.upkeep.kept_apart() == {(ADA, BOB), (BOB, ADA)}
    assert stored.state.load([EMAIL]).nodes[ADA].user_id is None, "user_id is carried by an identifier, and none is"
    with pytest.raises(NotFoundError):
        stored.upkeep.unmerge("default", ADA, 999)
    with pytest.raises(NotFoundError):
        stored.upkeep.unmerge("other", ADA, 999)


def test_clear_keeps_what_operators_decided(stored: Reopenable) -> None:
    stored.state.remember(two_people(merges=[merge()], seen=[SeenKey(b"k" * 16, None, EVENT, 1)]))
    stored.upkeep.unmerge("default", BOB, 999)
    stored.upkeep.clear()
    assert stored.state.applied() == {}
    assert stored.people.recent("default", 10, None) == []
    assert list(stored.state.unsynced()) == []
    assert stored.upkeep.kept_apart() == {(ADA, BOB), (BOB, ADA)}


def test_keys_are_given_again_until_they_are_synced(stored: Reopenable) -> None:
    keys = [SeenKey(bytes([number]) * 16, number % 2 or None, EVENT, number) for number in range(5)]
    stored.state.remember(Changes(seen=keys[:3]))
    stored.state.remember(Changes(seen=keys[3:]))
    stored.reopen()
    assert list(stored.state.unsynced()) == keys
    stored.state.synced()
    assert list(stored.state.unsynced()) == keys


def test_keys_are_forgotten_when_a_round_began_and_ended_after_them(stored: Reopenable) -> None:
    keys = [SeenKey(bytes([number]) * 16, number % 2 or None, EVENT, number) for number in range(5)]
    stored.state.remember(Changes(seen=keys[:2]))
    stored.state.synced()
    stored.state.remember(Changes(seen=keys[2:3]))
    stored.state.remember(Changes(seen=keys[3:]))
    stored.state.synced()
    assert list(stored.state.unsynced()) == keys[2:]
    stored.state.synced()
    stored.state.synced()
    assert list(stored.state.unsynced()) == []


def test_keys_after_a_clear_are_kept(stored: Reopenable) -> None:
    key = SeenKey(b"k" * 16, None, EVENT, 1)
    for _ in range(3):
        stored.state.remember(Changes(seen=[key]))
    stored.state.synced()
    stored.upkeep.clear()
    assert list(stored.state.unsynced()) == []
    stored.state.remember(Changes(seen=[key]))
    stored.state.synced()
    assert list(stored.state.unsynced()) == [key]


def test_quarantine_takes_lists_and_releases(stored: Reopenable) -> None:
    def entry(event_id: str, workspace: str = "default") -> QuarantineEntry:
        return QuarantineEntry(workspace, "scribe", event_id, 0, 1, 0, "ValueError: x", "attribute", b"\x90", 5)

    stored.state.remember(Changes(quarantined=[entry(ADA), entry(BOB), entry(EVE, "other")]))
    assert stored.catalog.quarantine("default", 10, None) == [entry(BOB), entry(ADA)]
    assert stored.catalog.quarantine("default", 10, BOB) == [entry(ADA)]
    assert stored.upkeep.quarantined("default") == [ADA, BOB]
    assert stored.upkeep.quarantined(None) == [ADA, BOB, EVE]
    assert stored.upkeep.entries(None, [EVE]) == [entry(EVE, "other")]
    stored.state.remember(Changes(released=[ADA]))
    assert stored.upkeep.entries("default", [ADA, BOB, EVE]) == [entry(BOB)]


def test_erase_leaves_nothing_of_a_person(stored: Reopenable) -> None:
    conflict = Conflict("default", EVENT, BOB, ADA, "email", "a@x.io", "stayed", 5)
    trait = Trait("default", ADA, "name", "Ada", 1, EVENT)
    stored.state.remember(two_people(conflicts=[conflict], traits={("default", ADA, "name"): trait}))
    stored.upkeep.erase("default", [ADA], [])
    assert stored.people.person("default", ADA) is None
    assert stored.people.find("default", {"email": "a@x.io"}) == []
    assert stored.people.person("default", BOB).conflicts == []  # type: ignore[union-attr]


def test_people_are_listed_newest_first_behind_a_cursor(stored: Reopenable) -> None:
    stored.state.remember(two_people(merges=[]))
    assert stored.people.recent("default", 1, None) == [(200, BOB)]
    assert stored.people.recent("default", 9, (200, BOB)) == [(100, ADA)]
    assert stored.people.recent("other", 9, None) == []


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    engine = open_sqlite(tmp_path / "state.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version=99")
    engine.dispose()
    with pytest.raises(BowerbirdError, match="newer"):
        open_sqlite(tmp_path / "state.db")


def test_positions_of_the_version_before_are_taken_as_they_are(tmp_path: Path) -> None:
    engine = open_sqlite(tmp_path / "state.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE positions DROP COLUMN committed_at")
        connection.exec_driver_sql("INSERT INTO positions VALUES (0, 7)")
        connection.exec_driver_sql("PRAGMA user_version=1")
    engine.dispose()
    state = SqlState(open_sqlite(tmp_path / "state.db"))
    assert (state.applied(), state.marks()) == ({0: 7}, {})
    state.remember(Changes(applied={0: 8}, marks={0: (8, 500)}))
    assert (state.applied(), state.marks()) == ({0: 8}, {0: (8, 500)})
