"""API keys and sites, as an operator changes them: whatever may speak for a workspace without a user."""

import re
import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from bowerbird.clock import Clock
from bowerbird.errors import BowerbirdError, ConflictError, NotFoundError
from bowerbird.registry import schema
from bowerbird.registry.base import SCOPES
from bowerbird.registry.database import Database
from bowerbird.registry.hashing import Hasher
from bowerbird.registry.labels import checked_label
from bowerbird.registry.operators import Key, Site
from bowerbird.registry.workspaces import require

_SECRET = re.compile(r"[!-~]{1,512}")
_SITE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
HINT_FROM = 16
"""Characters a secret needs before its last four are kept as a hint: of a short one they would tell too much."""


class WantedKey(NamedTuple):
    """What a key is to be, checked; `secret` None for a new one."""

    workspace: str
    scopes: tuple[str, ...]
    secret: str | None = None
    label: str = ""


class Keys:
    """Implements `KeyDesk`."""

    def __init__(self, database: Database, hasher: Hasher, clock: Clock) -> None:
        self._database = database
        self._hasher = hasher
        self._clock = clock

    def create(
        self, workspace: str, scopes: Iterable[str], secret: str | None = None, label: str = ""
    ) -> tuple[Key, str]:
        """A key and its secret, which is `secret` (an existing vendor key) or a new one and is kept nowhere.

        Raises `ConflictError` for a secret that is in use, `NotFoundError` for an unknown workspace, `BowerbirdError`
        for an unknown scope and an unusable label.
        """
        wanted = WantedKey(workspace, checked(scopes), secret, checked_label(label))
        if secret is not None and not _SECRET.fullmatch(secret):
            raise BowerbirdError(
                "a secret has 1 to 512 printable ASCII characters and no blanks", "give it as the vendor shows it"
            )
        with self._database.changing() as connection:
            require(connection, workspace)
            return add_key(connection, self._hasher, self._clock.now(), wanted)

    def all(self, workspace: str | None = None) -> list[Key]:
        """Oldest first, revoked ones too."""
        keys = schema.api_keys
        query = select(keys).order_by(keys.c.created_at, keys.c.id)
        if workspace is not None:
            query = query.where(keys.c.workspace == workspace)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(query)]

    def label(self, key_id: str, label: str) -> Key:
        keys, wanted = schema.api_keys, checked_label(label)
        with self._database.changing() as connection:
            connection.execute(update(keys).where(keys.c.id == key_id).values(label=wanted))
            return _key(_require_key(connection, key_id))

    def revoke(self, key_id: str) -> None:
        """Repeats change nothing. Raises `NotFoundError`."""
        keys = schema.api_keys
        with self._database.changing() as connection:
            _require_key(connection, key_id)
            connection.execute(
                update(keys)
                .where(keys.c.id == key_id, keys.c.revoked_at.is_(None))
                .values(revoked_at=self._clock.now())
            )

    def add_site(self, workspace: str, name: str, site_id: str | None = None) -> Site:
        """`site_id`: an existing public key to go on with. Raises `ConflictError`, `NotFoundError`."""
        if site_id is not None and not _SITE_ID.fullmatch(site_id):
            raise BowerbirdError(
                f"a site's id cannot be {site_id!r}", "up to 128 letters, digits, dots, dashes and underscores"
            )
        site = Site(site_id or f"site_{secrets.token_hex(10)}", workspace, name.strip(), self._clock.now())
        with self._database.changing() as connection:
            require(connection, workspace)
            _require_unused(connection, self._hasher, site.id)
            connection.execute(insert(schema.sites).values(msgspec.structs.asdict(site)))
        return site

    def remove_site(self, site_id: str) -> None:
        with self._database.changing() as connection:
            removed = connection.execute(delete(schema.sites).where(schema.sites.c.id == site_id))
            if not removed.rowcount:
                raise NotFoundError(f"there is no site {site_id!r}", "`bowerbird site list` shows the ids")

    def sites(self, workspace: str | None = None) -> list[Site]:
        """Oldest first."""
        sites = schema.sites
        query = select(sites).order_by(sites.c.created_at, sites.c.id)
        if workspace is not None:
            query = query.where(sites.c.workspace == workspace)
        with self._database.reading() as connection:
            return [Site(row.id, row.workspace, row.name, row.created_at) for row in connection.execute(query)]


def checked(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes without repeats, in the order of `SCOPES`. Raises `BowerbirdError` for an unknown one."""
    wanted = set(scopes)
    unknown = sorted(wanted - set(SCOPES))
    if unknown or not wanted:
        raise BowerbirdError(
            f"there is no scope {unknown[0]!r}" if unknown else "a key needs a scope",
            f"the scopes are {', '.join(SCOPES)}",
        )
    return tuple(scope for scope in SCOPES if scope in wanted)


def add_key(connection: Connection, hasher: Hasher, now: int, wanted: WantedKey) -> tuple[Key, str]:
    if wanted.secret is not None:
        _require_unused(connection, hasher, wanted.secret)
    secret = wanted.secret or f"bb_{secrets.token_urlsafe(24)}"
    hint = secret[-4:] if len(secret) >= HINT_FROM else ""
    key = Key(f"key_{secrets.token_hex(6)}", wanted.workspace, wanted.scopes, hint, now, None, wanted.label)
    connection.execute(
        insert(schema.api_keys).values(
            id=key.id,
            workspace=key.workspace,
            hash=hasher.secret(secret),
            hint=hint,
            scopes=" ".join(key.scopes),
            created_at=now,
            label=key.label,
        )
    )
    return key, secret


def read_labels(connection: Connection) -> dict[str, str]:
    """Of the keys that have one, by id."""
    keys = schema.api_keys.c
    return {row.id: row.label for row in connection.execute(select(keys.id, keys.label).where(keys.label != ""))}


def _key(row: Row[Any]) -> Key:
    scopes = tuple(row.scopes.split())
    return Key(row.id, row.workspace, scopes, row.hint, row.created_at, row.revoked_at, row.label)


def _require_key(connection: Connection, key_id: str) -> Row[Any]:
    """Raises `NotFoundError`."""
    row = connection.execute(select(schema.api_keys).where(schema.api_keys.c.id == key_id)).first()
    if row is None:
        raise NotFoundError(f"there is no key {key_id!r}", "`bowerbird key list` shows the ids")
    return row


def _require_unused(connection: Connection, hasher: Hasher, secret: str) -> None:
    keys, sites = schema.api_keys.c, schema.sites.c
    key = connection.execute(
        select(keys.id, keys.workspace).where(keys.hash == hasher.secret(secret), keys.revoked_at.is_(None))
    ).first()
    if key is not None:
        raise ConflictError(
            f"this secret is key {key.id} of workspace {key.workspace} already",
            f"`bowerbird key revoke {key.id}` frees it",
        )
    if connection.scalar(select(sites.id).where(sites.id == secret)) is not None:
        raise ConflictError(f"{secret} is the public id of a site already", "a secret must not be public")
