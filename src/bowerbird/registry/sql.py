"""The registry in a database. SQLAlchemy Core and plain SQL throughout; only `database.sqlite` knows which one."""

import secrets
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Table, select

from bowerbird.clock import Clock
from bowerbird.files import Lock, locked, private_directory, private_file
from bowerbird.registry import schema
from bowerbird.registry.base import ROLES, Principal, Workspace
from bowerbird.registry.database import Database, sqlite
from bowerbird.registry.described_sql import SqlDescriptions
from bowerbird.registry.hashing import Hasher
from bowerbird.registry.keys import Keys, WantedKey, add_key, read_labels
from bowerbird.registry.migrations import migrate
from bowerbird.registry.operators import FirstSecrets, User
from bowerbird.registry.pepper import pepper
from bowerbird.registry.registers import DatabaseRegisters
from bowerbird.registry.saved_sql import SqlSaved
from bowerbird.registry.snapshot import Content, Credential, IndexedSnapshot
from bowerbird.registry.users import Users, add_user
from bowerbird.registry.workspaces import Workspaces, read

FIRST_WORKSPACE = "default"
FIRST_USER = "admin"


class SqlRegistry:
    """Implements `Snapshots`; `registers` implements `Registers`, `users` implements `Logins`, `saved` implements
    `Saved`, `described` implements `Descriptions`. The rest is for operators (`OperatedRegistry`), and every
    change there shows in the next snapshot that any process loads."""

    def __init__(self, database: Database, hasher: Hasher, clock: Clock) -> None:
        self._database = database
        self._hasher = hasher
        self._clock = clock
        self.registers = DatabaseRegisters(database, hasher, clock)
        self.workspaces = Workspaces(database, clock)
        self.keys = Keys(database, hasher, clock)
        self.users = Users(database, hasher, clock)
        self.saved = SqlSaved(database)
        self.described = SqlDescriptions(database)

    def load(self, if_newer_than: int | None = None) -> IndexedSnapshot | None:
        with self._database.reading() as connection:
            # The version first: where a transaction sees later changes, the next load reads them again.
            version = connection.scalars(select(schema.meta.c.version)).one()
            if version == if_newer_than:
                return None
            workspaces = read(connection)
            credentials = list(_credentials(connection, workspaces, self._hasher, self._clock.now()))
            content = Content(version, workspaces, credentials, read_labels(connection))
        return IndexedSnapshot(content, self._hasher.secret, self._clock)

    def bootstrap(self) -> FirstSecrets | None:
        password = secrets.token_urlsafe(12)
        with self._database.reading() as connection:
            if not _empty(connection, schema.api_keys) and not _empty(connection, schema.users):
                return None
        hashed = self.users.passwords.hash(password)
        now = self._clock.now()
        with self._database.changing() as connection:
            secret = None
            if _empty(connection, schema.api_keys):
                _, secret = add_key(connection, self._hasher, now, WantedKey(FIRST_WORKSPACE, ("admin",)))
            userless = _empty(connection, schema.users)
            if userless:
                add_user(connection, User(FIRST_USER, FIRST_WORKSPACE, "owner", now), hashed)
        return FirstSecrets(secret, password if userless else None) if secret or userless else None

    def close(self) -> None:
        self._database.close()


def open_sqlite(directory: Path, clock: Clock) -> SqlRegistry:
    """The registry of a data directory, made where it is missing. Raises `BowerbirdError`."""
    private_directory(directory)
    path = directory / "registry.db"
    pepper_path = directory / "pepper"
    hasher = Hasher(pepper(pepper_path, expected=path.exists()))
    private_file(path)
    database = Database(sqlite(path), Lock(directory / "registry.lock"))
    # Turning a new file into WAL mode fails at once, without waiting, when two processes try together.
    with locked(pepper_path), database.writing() as connection:
        migrate(connection, clock.now())
    return SqlRegistry(database, hasher, clock)


def _credentials(
    connection: Connection, workspaces: dict[str, Workspace], hasher: Hasher, now: int
) -> Iterator[Credential]:
    keys, sites, users, sessions = schema.api_keys, schema.sites, schema.users, schema.sessions
    for row in connection.execute(select(keys).where(keys.c.revoked_at.is_(None))):
        yield Credential(row.hash, Principal(workspaces[row.workspace], row.id, frozenset(row.scopes.split())))
    for row in connection.execute(select(sites)):
        principal = Principal(workspaces[row.workspace], f"site:{row.id}", frozenset({"events:write"}))
        yield Credential(hasher.secret(row.id), principal)
    live = select(sessions.c.hash, sessions.c.expires_at, users.c.name, users.c.workspace, users.c.role)
    for row in connection.execute(live.join_from(sessions, users).where(sessions.c.expires_at > now)):
        principal = Principal(workspaces[row.workspace], f"session:{row.name}", ROLES[row.role], row.role)
        yield Credential(row.hash, principal, row.expires_at)


def _empty(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is None
