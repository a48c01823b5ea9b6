"""The schema as it was made, and as it will be changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from bowerbird.clock import FixedClock
from bowerbird.errors import BowerbirdError
from bowerbird.registry import schema
from bowerbird.registry.database import Database, sqlite
from bowerbird.registry.hashing import Hasher
from bowerbird.registry.migrations import MIGRATIONS, migrate
from bowerbird.registry.operators import Key
from bowerbird.registry.pepper import pepper
from bowerbird.registry.sql import open_sqlite

NOW = 1


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite(tmp_path / "registry.db")
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine: Engine) -> Database:
    return Database(engine)


def test_the_migrations_make_the_tables_that_the_code_uses(engine: Engine, database: Database) -> None:
    with database.writing() as connection:
        migrate(connection, NOW)
    made = inspect(engine)
    assert set(made.get_table_names()) == set(schema.metadata.tables)
    for name, table in schema.metadata.tables.items():
        assert {(column["name"], column["nullable"]) for column in made.get_columns(name)} == {
            (column.name, column.nullable) for column in table.columns
        }
        assert made.get_pk_constraint(name)["constrained_columns"] == [column.name for column in table.primary_key]


def test_only_what_is_missing_is_applied(database: Database) -> None:
    later = (*MIGRATIONS, ("ALTER TABLE sites ADD COLUMN origin TEXT", "UPDATE workspaces SET created_at = :now"))
    with database.writing() as connection:
        migrate(connection, NOW)
    for _ in range(2):
        with database.writing() as connection:
            migrate(connection, 7, later)
    with database.reading() as connection:
        assert connection.scalars(text("SELECT schema_version FROM meta")).one() == len(MIGRATIONS) + 1
        assert connection.scalars(text("SELECT created_at FROM workspaces")).one() == 7


def test_keys_of_a_registry_before_labels_have_none_and_go_on(tmp_path: Path) -> None:
    """The registry as the version before labels left it, with schema 3."""
    clock = FixedClock(NOW)
    open_sqlite(tmp_path, clock).close()
    for file in tmp_path.glob("registry.db*"):
        file.unlink()
    hasher = Hasher(pepper(tmp_path / "pepper", expected=True))
    before = Database(sqlite(tmp_path / "registry.db"))
    with before.writing() as connection:
        migrate(connection, NOW, MIGRATIONS[:3])
        kept = "INSERT INTO api_keys VALUES ('key_old', 'default', :hash, 'cret', 'events:write', 7, NULL)"
        connection.execute(text(kept), {"hash": hasher.secret("an old secret")})
    before.close()
    registry = open_sqlite(tmp_path, clock)
    try:
        assert registry.keys.all() == [Key("key_old", "default", ("events:write",), "cret", 7, None, "")]
        registry.keys.label("key_old", "Shop")
        snapshot = registry.load()
        assert snapshot is not None
        assert snapshot.authenticate("an old secret") is not None
        assert snapshot.label("key_old") == "Shop"
    finally:
        registry.close()


def test_a_migration_that_breaks_leaves_everything_as_it_was(database: Database) -> None:
    with database.writing() as connection:
        migrate(connection, NOW)
    broken = (*MIGRATIONS, ("ALTER TABLE sites ADD COLUMN origin TEXT", "ALTER TABLE nowhere ADD COLUMN x TEXT"))
    with pytest.raises(BowerbirdError), database.writing() as connection:
        migrate(connection, NOW, broken)
    with database.reading() as connection:
        assert connection.scalars(text("SELECT schema_version FROM meta")).one() == len(MIGRATIONS)
        assert "origin" not in {column["name"] for column in inspect(connection).get_columns("sites")}


def test_a_schema_from_the_future_is_refused_with_a_hint(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    open_sqlite(tmp_path, clock).close()
    database = Database(sqlite(tmp_path / "registry.db"))
    with database.writing() as connection:
        connection.execute(text("UPDATE meta SET schema_version = 99"))
    database.close()
    with pytest.raises(BowerbirdError, match="schema 99") as caught:
        open_sqlite(tmp_path, clock)
    assert "later" in caught.value.hint
