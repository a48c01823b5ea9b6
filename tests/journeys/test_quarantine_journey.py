"""An event that cannot be read stops nobody, is shown with its reason, and is taken again once its cause is gone."""

import sqlite3
from pathlib import Path
from typing import Any

import httpx
import msgspec


def send(server: Any, vendors: Any, *marks: str) -> None:
    for mark in marks:
        vendor = vendors(server.key, mark)["scribe"]
        body = {"event": vendor.body["event"] | {"event_id": mark}}
        answer = httpx.post(server.url + vendor.path, json=body, headers=vendor.headers, trust_env=False)
        assert answer.status_code == 202


def rows(data: Path) -> list[tuple[Path, int, bytes]]:
    """All rows of the log: segment, offset, events."""
    found = []
    for segment in sorted((data / "log").rglob("*.sqlite")):
        with sqlite3.connect(segment) as connection:
            found += [(segment, *row) for row in connection.execute('SELECT "offset", events FROM rows')]
        connection.close()
    return found


def test_an_undecodable_event_is_quarantined_among_good_ones(server: Any, vendors: Any, api: Any) -> None:
    send(server, vendors, "first", "broken", "last")
    whole = api(server).events()
    assert len(whole) == 3
    server.stop()
    segment, offset, events = next(row for row in rows(server.data) if b"broken" in row[2])
    damaged(segment, offset, events)
    assert server.call("replay", "--yes")["pending"] == 0

    server.start()
    send(server, vendors, "after")

    asking = api(server)
    audit = asking.settled()
    assert (audit["accepted"], audit["stored"], audit["quarantined"]) == (4, 3, 1)
    assert {event["user_id"] for event in asking.events()} == {"first", "last", "after"}
    (entry,) = server.call("quarantine", "list")["quarantine"]
    assert entry["step"] == "decode"
    assert entry["reason"]
    (trace,) = server.call("trace", entry["event_id"])["found"]
    assert trace["outcome"] == "quarantined"
    assert server.call("quarantine", "retry") == {"released": 0, "stayed": 1}
    assert asking.settled()["quarantined"] == 1

    server.stop()
    write(segment, offset, events)
    assert server.call("replay", "--yes")["pending"] == 0
    assert server.call("quarantine", "list")["quarantine"] == []
    server.start()
    assert [event for event in api(server).events() if event["user_id"] != "after"] == whole


def damaged(segment: Path, offset: int, events: bytes) -> None:
    """The event stays a MessagePack array that tells workspace, id and dialect; its kind is none."""
    (fields,) = msgspec.msgpack.decode(events)
    fields[3] = "no such kind"
    write(segment, offset, msgspec.msgpack.encode([fields]))


def write(segment: Path, offset: int, events: bytes) -> None:
    with sqlite3.connect(segment) as connection:
        connection.execute('UPDATE rows SET events = ? WHERE "offset" = ?', (events, offset))
    connection.close()
