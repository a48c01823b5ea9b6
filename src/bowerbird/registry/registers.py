"""Metric names and list subscribers, exact across processes: what memory cannot tell, the database decides."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, insert, select

from bowerbird.clock import Clock
from bowerbird.registry.database import Database
from bowerbird.registry.hashing import Hasher
from bowerbird.registry.known import KnownMetrics, KnownSubscribers
from bowerbird.registry.schema import metrics, subscribers, workspaces
from bowerbird.registry.together import Together
from bowerbird.registry.workspace_settings import LARGEST_METRICS


class _Subscription(NamedTuple):
    workspace: str
    list_id: str
    email_hash: bytes


class DatabaseRegisters:
    """Implements `Registers`. Raises `BowerbirdError` when the database cannot be reached."""

    def __init__(self, database: Database, hasher: Hasher, clock: Clock) -> None:
        self._database = database
        self._hasher = hasher
        self._clock = clock
        self._metrics = KnownMetrics()
        self._subscribers = KnownSubscribers()
        self._subscriptions = Together(self._subscribe)

    def knows_metric(self, workspace: str, name: str) -> bool:
        return (workspace, name) in self._metrics

    def admit_metric(self, workspace: str, name: str, limit: int | None) -> bool:
        now = self._clock.now()
        told = self._metrics.admits(workspace, name, limit, now)
        if told is not None:
            return told
        own = metrics.c.workspace == workspace
        with self._database.writing() as connection:
            connection.execute(_lock(workspace))
            if connection.scalar(select(metrics.c.name).where(own, metrics.c.name == name)) is None:
                count = connection.scalars(select(func.count()).select_from(metrics).where(own)).one()
                if limit is not None and count >= limit:
                    if count <= LARGEST_METRICS:
                        names = connection.scalars(select(metrics.c.name).where(own)).all()
                        self._metrics.exhaust(workspace, names, limit, now)
                    return False
                connection.execute(insert(metrics).values(workspace=workspace, name=name))
        self._metrics.learn(workspace, name)
        return True

    def known_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        return self._hasher.subscriber(workspace, list_id, email) in self._subscribers

    def is_subscriber(self, workspace: str, list_id: str, email: str) -> bool:
        digest = self._hasher.subscriber(workspace, list_id, email)
        if digest in self._subscribers:
            return True
        with self._database.reading() as connection:
            found = _subscribed(connection, workspace, list_id, digest)
        if found:
            self._subscribers.add(digest)
        return found

    def subscribe(self, workspace: str, list_id: str, email: str) -> None:
        digest = self._hasher.subscriber(workspace, list_id, email)
        if digest not in self._subscribers:
            self._subscriptions.do(_Subscription(workspace, list_id, digest))
            self._subscribers.add(digest)

    def _subscribe(self, wanted: Sequence[_Subscription]) -> None:
        with self._database.writing() as connection:
            for workspace in sorted({one.workspace for one in wanted}):
                connection.execute(_lock(workspace))
            new = [one._asdict() for one in wanted if not _subscribed(connection, *one)]
            if new:
                connection.execute(insert(subscribers), new)


def _lock(workspace: str) -> Select[tuple[str]]:
    """Keeps other writers of the workspace out, where a writing transaction does not keep out all others anyway."""
    return select(workspaces.c.name).where(workspaces.c.name == workspace).with_for_update()


def _subscribed(connection: Connection, workspace: str, list_id: str, email_hash: bytes) -> bool:
    query = select(subscribers.c.list_id).where(
        subscribers.c.workspace == workspace,
        subscribers.c.list_id == list_id,
        subscribers.c.email_hash == email_hash,
    )
    return connection.scalar(query) is not None
