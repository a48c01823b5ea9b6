"""No statement looks through a table that grows with history."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bowerbird.state import catalog
from bowerbird.state.base import (
    CatalogCount,
    Changes,
    Conflict,
    Match,
    Merge,
    PeopleSearch,
    QuarantineEntry,
    SeenKey,
    Trait,
)
from bowerbird.state.database import open_sqlite
from bowerbird.state.readers import SqlCatalog, SqlPeople
from bowerbird.state.sql import SqlState
from bowerbird.state.upkeep import SqlUpkeep

ADA, BOB, EVENT = (f"01890000-0000-8000-8000-00000000000{number}" for number in (1, 2, 3))
EMAIL, PHONE = ("default", "email", "a@x.io"), ("default", "phone", "+1")
SMALL = ("positions", "kept_apart", "unsynced_keys")
"""A row a partition, an operator's act, and a batch since the last sync."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_sqlite(tmp_path / "state.db")
    yield engine
    engine.dispose()


@pytest.fixture
def plans(engine: Engine) -> dict[str, list[str]]:
    """The plan of each statement run from now on."""
    plans: dict[str, list[str]] = {}

    @event.listens_for(engine, "before_cursor_execute")
    def explain(connection: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool) -> None:
        if sql.split(maxsplit=1)[0] in ("SELECT", "UPDATE", "DELETE") and sql not in plans:
            raw = connection.connection.dbapi_connection
            rows = raw.execute(f"EXPLAIN QUERY PLAN {sql}", parameters[0] if many else parameters)
            plans[sql] = [row[3] for row in rows]

    return plans


def changes(offset: int) -> Changes:
    return Changes(
        applied={0: offset},
        attached={EMAIL: (ADA, EVENT, 1), PHONE: (BOB, EVENT, 2)},
        user_ids={ADA: "ada"},
        merges=[Merge("default", ADA, BOB, EVENT, (("email", "a@x.io"),), 3)],
        conflicts=[Conflict("default", EVENT, ADA, BOB, "email", "b@x.io", "stayed", 1)],
        traits={("default", ADA, "plan"): Trait("default", ADA, "plan", "pro", 1, EVENT)},
        accounts={("default", ADA, "acme"): 1},
        quarantined=[QuarantineEntry("default", "scribe", EVENT, 0, 1, 0, "ValueError: x", "attribute", b"\x90", 5)],
        released=[EVENT],
        seen=[SeenKey(b"k" * 16, None, EVENT, 1)],
    )


def scans(plans: dict[str, list[str]]) -> list[str]:
    return [
        f"{step}: {' '.join(sql.split())[:120]}"
        for sql, steps in plans.items()
        for step in steps
        if step.startswith("SCAN") and not any(name in step for name in SMALL)
    ]


def test_processing_reads_and_writes_by_key(engine: Engine, plans: dict[str, list[str]]) -> None:
    state = SqlState(engine)
    state.remember(Changes(created=[("default", ADA, 1), ("default", BOB, 2)]))
    state.remember(changes(7))
    assert state.load([EMAIL, PHONE]).roots == {ADA: ADA, BOB: ADA}
    assert state.applied() == {0: 7}
    assert len(list(state.unsynced())) == 1
    state.synced()
    assert len(plans) >= 8
    assert scans(plans) == []


def test_beginnings_are_looked_up_in_the_index_and_not_sorted(engine: Engine, plans: dict[str, list[str]]) -> None:
    SqlState(engine).remember(Changes(created=[("default", ADA, 1)], attached={EMAIL: (ADA, EVENT, 1)}))
    people = SqlPeople(engine)
    for after in (None, Match(True, "a@x", "email"), Match(True, "a@x", "alias")):
        people.search(PeopleSearch("default", "a@x", after=after))
    assert len(plans) >= 5
    assert scans(plans) == []
    ranged = [steps for sql, steps in plans.items() if "value >" in sql]
    assert len(ranged) == 3
    for steps in ranged:
        assert "identifiers_by_value (workspace=? AND kind=? AND value>" in steps[0]
        assert not any("TEMP B-TREE" in step for step in steps)


def test_answers_and_operators_read_by_key(engine: Engine, plans: dict[str, list[str]]) -> None:
    state, upkeep, people, names = SqlState(engine), SqlUpkeep(engine), SqlPeople(engine), SqlCatalog(engine)
    state.remember(Changes(created=[("default", ADA, 1), ("default", BOB, 2)]))
    state.remember(changes(7))
    people.find("default", {"email": "a@x.io"})
    people.recent("default", 5, None)
    people.recent("default", 5, (5, ADA))
    people.person("default", ADA)
    before = len(plans)
    people.summaries("default", [ADA])
    assert len(plans) == before, "the same, however many people"
    people.roots("default", [ADA, BOB])
    names.properties("default", "94")
    names.catalog("default")
    names.quarantine("default", 5, None)
    names.quarantine("default", 5, EVENT)
    upkeep.quarantined("default")
    upkeep.entries("default", [EVENT])
    upkeep.kept_apart()
    upkeep.unmerge("default", ADA, 9)
    upkeep.erase("default", [ADA], [EVENT])
    assert scans(plans) == []
    sorted_whole = [sql for sql, steps in plans.items() if "TEMP B-TREE" in "".join(steps) and "LIMIT" in sql]
    assert [sql for sql in sorted_whole if "FROM nodes" in sql or "FROM quarantine" in sql] == []


def test_whether_the_catalog_has_room_is_found_from_name_to_name(engine: Engine) -> None:
    """Names of many properties are not looked through: neither for this list, nor for others."""
    state = SqlState(engine)
    wide = [CatalogCount("default", "", name, f"p{at}", "string", 1, 1, 1) for name in "ab" for at in range(900)]
    state.remember(Changes(catalog=wide))
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 100

    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.set_progress_handler(count, 100)
        catalog.add(connection, [CatalogCount("default", "", "c", None, "", 1, 1, 1)])
        raw.set_progress_handler(None, 0)
    assert steps < 1800
