"""Console users and their sessions."""

import re
import secrets
from threading import BoundedSemaphore

import argon2
import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from bowerbird.clock import Clock
from bowerbird.errors import BowerbirdError, ConflictError, NotFoundError
from bowerbird.registry import schema
from bowerbird.registry.base import ROLES, SESSION_LIFE
from bowerbird.registry.database import Database
from bowerbird.registry.hashing import Hasher
from bowerbird.registry.operators import Session, User
from bowerbird.registry.workspaces import require

SESSIONS_PER_USER = 200
"""Live sessions; the oldest ends when one more begins."""
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,128}")


class Passwords:
    """Argon2id, 19 MiB and two passes (OWASP's first choice); at most two at a time, to bound the memory."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turns = BoundedSemaphore(2)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """Raises `BowerbirdError` for an empty or overlong password."""
        if not 1 <= len(password) <= 1024:
            raise BowerbirdError("a password has 1 to 1024 characters", "leave --password away to get a random one")
        with self._turns:
            return self._hasher.hash(password)

    def match(self, known: str | None, password: str) -> bool:
        """Takes as long for nobody's password (None) as for somebody's."""
        if not 1 <= len(password) <= 1024:
            return False
        if self._nobody is None:
            self._nobody = self.hash(secrets.token_hex())
        try:
            with self._turns:
                return self._hasher.verify(known or self._nobody, password) and known is not None
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


class Users:
    """Implements `Logins` and `UserDesk`."""

    def __init__(self, database: Database, hasher: Hasher, clock: Clock) -> None:
        self._database = database
        self._hasher = hasher
        self._clock = clock
        self.passwords = Passwords()

    def create(self, name: str, password: str, role: str, workspace: str) -> User:
        """Raises `ConflictError`, `NotFoundError`, `BowerbirdError` for an unusable name, password or role."""
        if not _NAME.fullmatch(name):
            raise BowerbirdError(f"a user cannot be named {name!r}", "up to 128 characters without blanks")
        _check_role(role)
        hashed = self.passwords.hash(password)
        with self._database.changing() as connection:
            require(connection, workspace)
            users = schema.users.c
            if connection.scalar(select(users.name).where(users.name == name)) is not None:
                raise ConflictError(
                    f"there is a user {name} already", "choose another name, or give that user a new password"
                )
            return add_user(connection, User(name, workspace, role, self._clock.now()), hashed)

    def password(self, name: str, password: str) -> None:
        """Changes the password and ends the user's sessions. Raises `NotFoundError`."""
        hashed = self.passwords.hash(password)
        with self._database.changing() as connection:
            _require(connection, name)
            connection.execute(update(schema.users).where(schema.users.c.name == name).values(password_hash=hashed))
            connection.execute(delete(schema.sessions).where(schema.sessions.c.username == name))

    def set_role(self, name: str, role: str) -> None:
        """Raises `NotFoundError`, `ConflictError` where the workspace would have no owner left, `BowerbirdError` for
        an unknown role."""
        _check_role(role)
        with self._database.changing() as connection:
            user = _require(connection, name)
            if role != "owner":
                _require_other_owner(connection, user)
            connection.execute(update(schema.users).where(schema.users.c.name == name).values(role=role))

    def remove(self, name: str) -> None:
        """The user and the user's sessions. Raises `NotFoundError`, `ConflictError` where the workspace would have no
        owner left."""
        with self._database.changing() as connection:
            _require_other_owner(connection, _require(connection, name))
            connection.execute(delete(schema.sessions).where(schema.sessions.c.username == name))
            connection.execute(delete(schema.users).where(schema.users.c.name == name))

    def all(self, workspace: str | None = None) -> list[User]:
        """By name."""
        users = schema.users
        query = select(users).order_by(users.c.name)
        if workspace is not None:
            query = query.where(users.c.workspace == workspace)
        with self._database.reading() as connection:
            return [User(row.name, row.workspace, row.role, row.created_at) for row in connection.execute(query)]

    def open_session(self, name: str) -> Session:
        """A session without asking for the password. Raises `NotFoundError`."""
        now = self._clock.now()
        with self._database.changing() as connection:
            user = _require(connection, name)
            session = Session(secrets.token_urlsafe(24), name, user.workspace, now + SESSION_LIFE)
            _tidy(connection, name, now)
            connection.execute(
                insert(schema.sessions).values(
                    hash=self._hasher.secret(session.secret),
                    username=name,
                    created_at=now,
                    expires_at=session.expires_at,
                )
            )
        return session

    def login(self, name: str, password: str) -> str | None:
        return self.open_session(name).secret if self._knows(name, password) else None

    def change_password(self, name: str, password: str, new: str) -> str | None:
        if not self._knows(name, password):
            return None
        self.password(name, new)
        return self.open_session(name).secret

    def logout(self, session: str) -> None:
        with self._database.changing() as connection:
            connection.execute(delete(schema.sessions).where(schema.sessions.c.hash == self._hasher.secret(session)))

    def _knows(self, name: str, password: str) -> bool:
        users = schema.users.c
        with self._database.reading() as connection:
            known = connection.scalar(select(users.password_hash).where(users.name == name))
        return self.passwords.match(known, password)


def add_user(connection: Connection, user: User, password_hash: str) -> User:
    connection.execute(insert(schema.users).values(**msgspec.structs.asdict(user), password_hash=password_hash))
    return user


def _require(connection: Connection, name: str) -> User:
    users = schema.users
    row = connection.execute(select(users).where(users.c.name == name)).first()
    if row is None:
        raise NotFoundError(f"there is no user {name!r}", "`bowerbird user list` shows them")
    return User(row.name, row.workspace, row.role, row.created_at)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise BowerbirdError(f"there is no role {role!r}", f"the roles are {', '.join(ROLES)}")


def _require_other_owner(connection: Connection, user: User) -> None:
    """Whoever looks after a workspace must not be locked out of it."""
    users = schema.users.c
    others = select(users.name).where(users.workspace == user.workspace, users.role == "owner", users.name != user.name)
    if user.role == "owner" and connection.scalar(others.limit(1)) is None:
        raise ConflictError(
            f"user {user.name} is the only owner of workspace {user.workspace}", "make another user an owner first"
        )


def _tidy(connection: Connection, name: str, now: int) -> None:
    """Removes expired sessions, and the user's oldest so that one more fits."""
    sessions = schema.sessions
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
    kept = select(sessions.c.hash).where(sessions.c.username == name).order_by(sessions.c.created_at.desc())
    surplus = connection.scalars(kept.offset(SESSIONS_PER_USER - 1)).all()
    if surplus:
        connection.execute(delete(sessions).where(sessions.c.hash.in_(surplus)))
