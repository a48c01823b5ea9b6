"""Recorded requests: what each vendor's API answers, and the events that come of it.

`<dialect>.jsonl` holds one recording a line:

    name      says what is shown
    request   path (may carry a query); method (POST), headers, query, client_ip; body: a JSON value, or a text to be
              sent as it is; or body_base64. The collector has decompressed it.
    answer    status; headers: those that matter (the content type always does, default application/json); body: the
              JSON value, compared with its types, or text: the exact text. None of both: the body is empty
    events    what is logged, in order (none by default): kind, name, and all fields that differ from `Event`'s
              defaults; occurred_at as ISO 8601, left out where it is the time of receipt (2025-01-01T00:00:00Z);
              value as text. Workspace, dialect, key and the event's own id are checked without being named
    newcomer  the event that is logged too when its e-mail is new to the list

What is taken for granted, all of it optional: settings (of the workspace), lists, secret ("key") and scopes
(events:write) of its key, subscriber_known, properties (event names and property names of a list), and refused:
{reason, retry_after}, for what a dialect answers to but does not find out itself.
In an answer or event, "<uuid>" stands for any UUID and "<any>" for anything.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bowerbird.collector.dialects.base import Request
from bowerbird.event import Event
from bowerbird.refusals import Reason, Refused

HERE = Path(__file__).parent
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PARTS = {"name", "request", "answer", "events", "newcomer"}
BLANK = Event("default", "", "", "track", "", 0, 0, "key_memory")
OF_EVERY_EVENT = {"workspace", "event_id", "dialect", "received_at", "key_id"}


def recordings() -> list[Any]:
    return [
        pytest.param(path.stem, json.loads(line), id=f"{path.stem}: {json.loads(line)['name']}")
        for path in sorted(HERE.glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]


@pytest.mark.parametrize(("dialect", "recording"), recordings())
def test_recording(dialect: str, recording: dict[str, Any], exchange: Any) -> None:
    setting = {name: value for name, value in recording.items() if name not in PARTS}

    reply, events, newcomer = exchange(dialect, recording["request"], **setting)

    answer = recording["answer"]
    assert reply.status == answer["status"], reply.body
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    headers["content-type"] = reply.content_type.decode()
    for name, value in ({"content-type": "application/json"} | answer.get("headers", {})).items():
        assert same(headers.get(name.lower()), value), name
    if "body" in answer:
        assert same(json.loads(reply.body), answer["body"]), reply.body
    else:
        assert reply.body.decode() == answer.get("text", "")
    wanted = recording.get("events", [])
    assert len(events) == len(wanted)
    for event, want in zip(events, wanted, strict=True):
        check_event(event, want, dialect)
    assert (newcomer is None) == ("newcomer" not in recording)
    if newcomer is not None:
        check_event(newcomer, recording["newcomer"], dialect)


@pytest.mark.parametrize(("dialect", "recording"), recordings())
def test_the_head_tells_no_other_secret_than_the_whole(
    dialect: str, recording: dict[str, Any], dialects: Any, recorded: Any
) -> None:
    request = recorded(recording["request"])
    route = next((each for each in dialects[dialect].routes if (each.method, each.path) == where(request)), None)
    if route is None:
        return
    in_head = secret(lambda: dialects[dialect].secret_in_head(replace(request, body=b"")))
    whole = secret(lambda: dialects[dialect].open(request, route.operation).secret)
    if isinstance(in_head, Reason):
        assert isinstance(whole, Reason)
    elif not isinstance(whole, Reason):
        assert in_head in (None, whole)


def where(request: Request) -> tuple[str, str]:
    return request.method, request.path


def secret(find: Callable[[], str | None]) -> str | Reason | None:
    try:
        return find()
    except Refused as refused:
        return refused.reason


@pytest.mark.parametrize("path", sorted(HERE.glob("*.jsonl")), ids=lambda path: path.stem)
def test_names_of_recordings_differ(path: Path) -> None:
    names = [json.loads(line)["name"] for line in path.read_text().splitlines()]

    assert len(names) == len(set(names))


def check_event(event: Event, wanted: dict[str, Any], dialect: str) -> None:
    assert UUID.fullmatch(event.event_id)
    assert (event.workspace, event.dialect, event.key_id) == (BLANK.workspace, dialect, BLANK.key_id)
    found = told(event)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert same(found[name], value), f"{name}: {found[name]!r}"


def told(event: Event) -> dict[str, Any]:
    """What an event says, as it is recorded."""
    names = [name for name in event.__struct_fields__ if name not in OF_EVERY_EVENT]
    shown = {name: getattr(event, name) for name in names if getattr(event, name) != getattr(BLANK, name)}
    shown |= {"kind": event.kind, "name": event.name}
    if event.value is not None:
        shown["value"] = str(event.value)
    moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=event.occurred_at)
    shown["occurred_at"] = moment.isoformat().replace("+00:00", "Z")
    if event.occurred_at == event.received_at:
        del shown["occurred_at"]
    return shown


def same(found: Any, wanted: Any) -> bool:
    """Equality that tells 1 from 1.0 and from true."""
    if wanted == "<any>":
        return True
    if wanted == "<uuid>":
        return isinstance(found, str) and UUID.fullmatch(found) is not None
    if type(found) is not type(wanted):
        return False
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[name], wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return bool(found == wanted)
