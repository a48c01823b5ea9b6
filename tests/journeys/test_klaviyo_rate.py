"""Klaviyo's limits hold for a workspace as a whole, whichever collector a call comes to."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from itertools import count
from typing import Any

import pytest

BURST = 20
SECONDS = 3.5

Post = Callable[[HTTPConnection], tuple[int, dict[str, str]]]


@pytest.fixture
def post(workspace: Any, vendors: Any) -> Post:
    """Sends an event like no other: its status and headers."""
    vendor = vendors(workspace.key)["klaviyo"]
    numbers = count()

    def send(line: HTTPConnection) -> tuple[int, dict[str, str]]:
        attributes = vendor.body["data"]["attributes"] | {"unique_id": f"n{next(numbers)}"}
        body = {"data": {"type": "event", "attributes": attributes}}
        line.request("POST", vendor.path, json.dumps(body), vendor.headers)
        answer = line.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}

    return send


@pytest.fixture
def hammered(workspace: Any, lines: Any, post: Post, until: Any) -> list[tuple[int, dict[str, str]]]:
    """What eight connections to the two collectors hear in a few seconds, asking as fast as they can."""
    workspace.server.call("workspace", "set", workspace.name, f"klaviyo.burst={BURST}", "klaviyo.steady=3000")
    collectors = lines.all()
    until(lambda: [post(line)[1].get("ratelimit-limit", "3000") for line in collectors] == ["3000"] * len(collectors))
    heard: list[tuple[int, dict[str, str]]] = []
    end = time.monotonic() + SECONDS

    def hammer(line: HTTPConnection) -> None:
        while time.monotonic() < end:
            heard.append(post(line))

    opened = [HTTPConnection(line.host, line.port, timeout=60) for line in collectors for _ in range(3)]
    threads = [threading.Thread(target=hammer, args=[line]) for line in (*opened, *collectors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for line in opened:
        line.close()
    return heard


def test_no_second_takes_more_than_the_burst(hammered: Any, workspace: Any) -> None:
    """Counted by the collectors' own clock, which stands in the events that were taken."""
    assert {status for status, _ in hammered} == {202, 429}
    seconds = Counter(event["received_at"][:19] for event in workspace.api.events())
    first, last = min(seconds), max(seconds)
    # A call that is held up at the turn of a second counts for the next one; there is one such call a collector.
    assert max(seconds.values()) in (BURST, BURST + 1)
    spanned = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).seconds + 1
    assert sum(seconds.values()) <= BURST * spanned

    taken = [headers for status, headers in hammered if status == 202]
    left = [(minute_of(headers), int(headers["ratelimit-remaining"])) for headers in taken]
    assert len(set(left)) == len(left), "two calls were counted as one, or a refused one was counted"
    assert {headers["ratelimit-limit"] for headers in taken} == {"3000"}

    refused = [headers for status, headers in hammered if status == 429]
    assert {headers["retry-after"] for headers in refused} == {"1"}
    assert not any(name.startswith("ratelimit") for headers in refused for name in headers)


def minute_of(headers: dict[str, str]) -> int:
    """The window of a minute that an answer speaks of."""
    told_at = parsedate_to_datetime(headers["date"]).timestamp()
    return round((told_at + int(headers["ratelimit-reset"])) / 60)


def test_the_minute_is_limited_too(workspace: Any, lines: Any, post: Post, until: Any) -> None:
    workspace.server.call("workspace", "set", workspace.name, "klaviyo.burst=off", "klaviyo.steady=1")
    collectors = lines.all()

    def refused() -> bool:
        answers = [post(line) for line in collectors]
        return all(status == 429 and 1 <= int(headers["retry-after"]) <= 60 for status, headers in answers)

    until(refused, 2)


def test_a_limit_can_be_lifted(workspace: Any, lines: Any, post: Post, until: Any) -> None:
    workspace.server.call("workspace", "set", workspace.name, "klaviyo.burst=off", "klaviyo.steady=off")
    line = lines.all()[0]
    until(lambda: "ratelimit-limit" not in post(line)[1], 2)
    assert [post(line)[0] for _ in range(400)] == [202] * 400
