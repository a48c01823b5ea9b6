"""How the registry's tables came about. A migration that has been released is never changed; a new one is appended.

The statements mean the same to SQLite and PostgreSQL: BYTEA, which SQLite does not know, holds blobs there as well.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, inspect, text

from bowerbird.errors import BowerbirdError

_FIRST = (
    "CREATE TABLE meta (schema_version INTEGER NOT NULL, version BIGINT NOT NULL, last_workspace INTEGER NOT NULL)",
    "INSERT INTO meta VALUES (0, 1, 1)",
    "CREATE TABLE workspaces (name TEXT NOT NULL PRIMARY KEY, number INTEGER NOT NULL UNIQUE,"
    " created_at BIGINT NOT NULL)",
    "INSERT INTO workspaces VALUES ('default', 1, :now)",
    "CREATE TABLE workspace_settings (workspace TEXT NOT NULL REFERENCES workspaces (name), key TEXT NOT NULL,"
    " value TEXT NOT NULL, PRIMARY KEY (workspace, key))",
    "CREATE TABLE api_keys (id TEXT NOT NULL PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspaces (name),"
    " hash BYTEA NOT NULL, hint TEXT NOT NULL, scopes TEXT NOT NULL, created_at BIGINT NOT NULL, revoked_at BIGINT)",
    "CREATE UNIQUE INDEX api_keys_live ON api_keys (hash) WHERE revoked_at IS NULL",
    "CREATE TABLE lists (workspace TEXT NOT NULL REFERENCES workspaces (name), id TEXT NOT NULL, name TEXT NOT NULL,"
    " created_at BIGINT NOT NULL, PRIMARY KEY (workspace, id))",
    "CREATE TABLE sites (id TEXT NOT NULL PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspaces (name),"
    " name TEXT NOT NULL, created_at BIGINT NOT NULL)",
    "CREATE TABLE users (name TEXT NOT NULL PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspaces (name),"
    " password_hash TEXT NOT NULL, role TEXT NOT NULL, created_at BIGINT NOT NULL)",
    "CREATE TABLE sessions (hash BYTEA NOT NULL PRIMARY KEY, username TEXT NOT NULL REFERENCES users (name),"
    " created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)",
    "CREATE INDEX sessions_of_user ON sessions (username, created_at)",
    "CREATE TABLE metrics (workspace TEXT NOT NULL REFERENCES workspaces (name), name TEXT NOT NULL,"
    " PRIMARY KEY (workspace, name))",
    "CREATE TABLE subscribers (workspace TEXT NOT NULL REFERENCES workspaces (name), list_id TEXT NOT NULL,"
    " email_hash BYTEA NOT NULL, PRIMARY KEY (workspace, list_id, email_hash))",
)

_SAVED = (
    "CREATE TABLE saved (workspace TEXT NOT NULL REFERENCES workspaces (name), kind TEXT NOT NULL, id TEXT NOT NULL,"
    " name TEXT NOT NULL, document TEXT NOT NULL, created_by TEXT NOT NULL, changed_at BIGINT NOT NULL,"
    " PRIMARY KEY (workspace, kind, id), UNIQUE (workspace, kind, name))",
)

_DESCRIBED = (
    "CREATE TABLE described (workspace TEXT NOT NULL REFERENCES workspaces (name), name TEXT NOT NULL,"
    " property TEXT NOT NULL, description TEXT NOT NULL, hidden BOOLEAN NOT NULL, pii BOOLEAN NOT NULL,"
    " changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL, PRIMARY KEY (workspace, name, property))",
)

_LABELS = ("ALTER TABLE api_keys ADD COLUMN label TEXT NOT NULL DEFAULT ''",)

MIGRATIONS: tuple[Sequence[str], ...] = (_FIRST, _SAVED, _DESCRIBED, _LABELS)
"""The statements that lead to schema 1, 2, 3, …; `:now` is the time in µs."""


def migrate(connection: Connection, now: int, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Brings the schema up to date, in the transaction that the connection is in.

    Raises `BowerbirdError` for a schema that a later version of the program has made.
    """
    done = _schema(connection)
    if done > len(migrations):
        raise BowerbirdError(
            f"the registry has schema {done}; this version knows schemas up to {len(migrations)}",
            "run the version that made it, or a later one, or restore a backup from before the upgrade",
        )
    for statements in migrations[done:]:
        for statement in statements:
            connection.execute(text(statement), {"now": now} if ":now" in statement else {})
    if done < len(migrations):
        connection.execute(text("UPDATE meta SET schema_version = :schema"), {"schema": len(migrations)})


def _schema(connection: Connection) -> int:
    if not inspect(connection).has_table("meta"):
        return 0
    return int(connection.execute(text("SELECT schema_version FROM meta")).scalar_one())
