"""A warehouse in memory, for tests."""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from bowerbird.event import Positions
from bowerbird.warehouse.base import EventQuery, OutcomeCounts, Row, StoredEvent
from bowerbird.warehouse.facts import NOTHING, Facts, Told
from bowerbird.warehouse.rows import decimal_text, pack

_EXPORTED = (
    *("event_id", "dialect", "kind", "name", "occurred_at", "received_at", "person_id", "user_id", "anonymous_id"),
    *("email", "account_id", "list_id", "value", "currency", "click_id", "properties"),
)


class MemoryWarehouse:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: list[StoredEvent] = []
        self._applied: Positions = {}
        self._roots: dict[str, str] = {}
        self._told: list[Told] = []

    def pack(self, rows: Sequence[Row]) -> list[StoredEvent]:
        pack(rows)
        return [_stored(row) for row in rows]

    def write(self, packed: Sequence[list[StoredEvent]], applied: Positions, learned: Facts = NOTHING) -> None:
        with self._lock:
            known = self._applied
            for rows in packed:
                self._rows += [row for row in rows if row.position.offset > known.get(row.position.partition, 0)]
            reached = {key: offset for key, offset in applied.items() if offset > known.get(key, 0)}
            self._applied = known | reached
            if reached:
                self._learn(learned)

    def restore(self, rows: Sequence[Row], learned: Facts = NOTHING) -> None:
        with self._lock:
            given = {row.event_id: row for row in self.pack(rows)}
            there = {row.event_id for row in self._rows}
            kept = [row for row in self._rows if row.event_id not in given]
            self._rows = kept + [row for event_id, row in given.items() if event_id in there]
            self._learn(learned)

    def forget(self, people: Sequence[str]) -> None:
        with self._lock:
            self._roots = {person: root for person, root in self._roots.items() if person not in people}
            self._told = [each for each in self._told if each.person_id not in people]

    def aliases(self) -> dict[str, str]:
        return {person: root for person, root in self._roots.items() if person != root}

    def told(self, workspace: str, people: Sequence[str]) -> list[Told]:
        known = [each for each in self._told if each.workspace == workspace and each.person_id in people]
        return sorted(known, key=lambda each: (each.name, each.occurred_at, each.event_id))

    def _learn(self, learned: Facts) -> None:
        self._roots |= learned.roots
        self._told += learned.traits

    def applied(self) -> Positions:
        return dict(self._applied)

    def counts(self, upto: Positions) -> OutcomeCounts:
        return dict(
            Counter(
                (row.workspace, row.dialect, row.outcome)
                for row in self._rows
                if row.position.offset <= upto.get(row.position.partition, 0)
            )
        )

    def events(self, query: EventQuery) -> list[StoredEvent]:
        rows = [row for row in self._rows if row.outcome == "stored" and _fits(row, query)]
        return sorted(rows, key=_age, reverse=True)[: query.limit]

    def find(self, workspace: str | None, event_id: str) -> list[StoredEvent]:
        rows = [
            row
            for row in self._rows
            if workspace in (None, row.workspace) and event_id in (row.event_id, row.source_id)
        ]
        return sorted(rows, key=_age)[:100]

    def of_people(self, workspace: str, people: Sequence[str]) -> Iterator[StoredEvent]:
        rows = [row for row in self._rows if row.workspace == workspace and row.person_id in people]
        yield from sorted(rows, key=_age)

    def quarantined(self, after: Positions) -> set[str]:
        return {
            row.event_id
            for row in self._rows
            if row.outcome == "quarantined" and row.position.offset > after.get(row.position.partition, 0)
        }

    def repeats_of(self, workspace: str, event_ids: Sequence[str]) -> Iterator[StoredEvent]:
        rows = [row for row in self._rows if row.workspace == workspace and row.duplicate_of in event_ids]
        yield from sorted(rows, key=_age)

    def export(self, workspace: str, target: Path, form: Literal["parquet", "ndjson"]) -> int:
        if form == "parquet":
            raise NotImplementedError("the warehouse in memory exports NDJSON only")
        rows = [row for row in self._rows if row.outcome == "stored" and row.workspace == workspace]
        target.write_bytes(b"".join(msgspec.json.encode(_exported(row)) + b"\n" for row in rows))
        return len(rows)

    def move(self) -> int:
        return 0

    def clear(self) -> None:
        with self._lock:
            self._rows, self._applied = [], {}
            self._roots, self._told = {}, []

    def close(self) -> None:
        pass


def _stored(row: Row) -> StoredEvent:
    event = row.event
    content = row.outcome == "stored"
    return StoredEvent(
        position=row.position,
        outcome=row.outcome,
        event_id=event.event_id,
        workspace=event.workspace,
        dialect=event.dialect,
        kind=event.kind,
        name=event.name,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        key_id=event.key_id,
        person_id=row.person_id,
        user_id=event.user_id,
        anonymous_id=event.anonymous_id,
        email=event.email,
        phone=event.phone,
        account_id=event.account_id,
        list_id=event.list_id,
        value=None if event.value is None else decimal_text(event.value),
        currency=event.currency,
        order_id=event.order_id,
        click_id=event.click_id,
        source_id=event.source_id,
        duplicate_of=row.duplicate_of,
        properties=event.properties if content else {},
        traits=event.traits if content else {},
        context=event.context if content else {},
    )


def _exported(row: StoredEvent) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _EXPORTED} | {
        "occurred_at": _iso(row.occurred_at),
        "received_at": _iso(row.received_at),
        "value": None if row.value is None else msgspec.Raw(row.value.encode()),
    }


def _iso(micros: int) -> str:
    return f"{(datetime(1970, 1, 1) + timedelta(microseconds=micros)).isoformat(timespec='microseconds')}Z"


def _age(row: StoredEvent) -> tuple[int, str]:
    return row.occurred_at, row.event_id


def _fits(row: StoredEvent, query: EventQuery) -> bool:
    return (
        row.workspace == query.workspace
        and query.name in (None, row.name)
        and (query.people is None or row.person_id in query.people)
        and query.list_id in (None, row.list_id)
        and query.dialect in (None, row.dialect)
        and (query.property is None or _text(row.properties.get(query.property[0])) == query.property[1])
        and (query.since is None or row.occurred_at >= query.since)
        and (query.until is None or row.occurred_at < query.until)
        and (query.before is None or _age(row) < query.before)
    )


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
