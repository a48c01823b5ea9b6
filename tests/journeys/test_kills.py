"""SIGKILL under load: whatever was acknowledged is there exactly once, and the books balance."""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from typing import Any

import httpx
import pytest

ROUNDS = ("everything", "parent", "engine", "collector", "nothing", "everything", "collector")
LOAD_SECONDS = (0.2, 0.9)
"""Of load before each kill, at random between these."""


class Sender(threading.Thread):
    """One connection's client of one vendor. An event with an id is sent again until it is acknowledged, as vendors
    tell their clients to; one without is sent once, whatever comes of it."""

    def __init__(self, url: str, vendor: Callable[[str, int], Any], named: bool, name: str) -> None:
        super().__init__(name=name)
        self.address = httpx.URL(url)
        self.vendor = vendor
        self.named = named
        self.acknowledged: set[str] = set()
        self.uncertain: set[str] = set()
        self.refused: list[tuple[int, bytes]] = []
        self.ending = threading.Event()
        self._line: HTTPConnection | None = None

    def run(self) -> None:
        number = 0
        while not self.ending.is_set():
            number += 1
            self._deliver(f"{self.name}-{number}", number)

    def _deliver(self, mark: str, number: int) -> None:
        while not self._post(self.vendor(mark, number)):
            self.uncertain.add(mark)
            if not self.named or self.ending.is_set():
                return
        self.acknowledged.add(mark)
        self.uncertain.discard(mark)

    def _post(self, vendor: Any) -> bool:
        """Whether the event was acknowledged."""
        try:
            if self._line is None:
                self._line = HTTPConnection(self.address.host, self.address.port or 0, timeout=30)
            self._line.request("POST", vendor.path, json.dumps(vendor.body), vendor.headers)
            answer = self._line.getresponse()
            said = answer.read()
        except (OSError, HTTPException):
            if self._line is not None:
                self._line.close()
            self._line = None
            self.ending.wait(0.02)
            return False
        if answer.status != vendor.accepted:
            self.refused.append((answer.status, said))
        return bool(answer.status == vendor.accepted)


@pytest.fixture
def senders(server: Any, lines_to: Any, vendors: Any, until: Any) -> list[Sender]:
    """Two clients of each vendor, of which one names its events as far as the vendor lets it. They are not started."""
    server.call("workspace", "set", "default", "klaviyo.burst=off", "klaviyo.steady=off")
    server.call("list", "create", "--name", "Newsletter", "--id", "94")

    def plain(dialect: str) -> Callable[[str, int], Any]:
        return lambda mark, number: vendors(server.key, mark)[dialect]

    def scribe(mark: str, number: int) -> Any:
        vendor = vendors(server.key, mark)["scribe"]
        return vendor._replace(body={"event": vendor.body["event"] | {"event_id": mark}})

    def klaviyo(mark: str, number: int) -> Any:
        vendor = vendors(server.key, mark)["klaviyo"]
        person = {"profile": {"$email": f"reader{number % 50}@example.com"}, "unique_id": mark}
        return vendor._replace(
            body={"data": {"type": "event", "attributes": vendor.body["data"]["attributes"] | person}}
        )

    def flywheel(mark: str, number: int) -> Any:
        vendor = vendors(server.key, mark)["flywheel"]
        person = {"user_id": f"user{number % 50}", "anonymous_id": f"browser{number % 70}", "event_id": mark}
        return vendor._replace(body={"event": vendor.body["event"] | person})

    def octeth(mark: str, number: int) -> Any:
        vendor = vendors(server.key, mark)["octeth"]
        properties = {"mark": mark, "conversion-id": mark, "conversion-name": "sale", "conversion-value": 9.5}
        return vendor._replace(body=vendor.body | {"Event": "conversion", "Properties": properties})

    named = {"scribe": scribe, "klaviyo": klaviyo, "flywheel": flywheel, "octeth": octeth}
    every = ("scribe", "klaviyo", "flywheel", "successeve", "octeth")
    made = [Sender(server.url, each, True, f"{dialect}-named") for dialect, each in named.items()]
    made += [Sender(server.url, plain(dialect), False, f"{dialect}-plain") for dialect in every]
    body = json.dumps({"APIKey": server.key, "ListID": 94}).encode()
    until(lambda: lines_to.statuses("POST", "/api/v1/website_events.properties", {}, body) == {200}, 5)
    return made


def test_every_acknowledged_event_survives_any_kill_exactly_once(
    server: Any, senders: list[Sender], api: Any, until: Any
) -> None:
    seed = random.randrange(1 << 32)
    print(f"random seed {seed}")
    chance = random.Random(seed)
    for sender in senders:
        sender.start()
    try:
        for what in ROUNDS:
            everybody_is_heard(senders, until)
            time.sleep(chance.uniform(*LOAD_SECONDS))  # load, not waiting: the kill comes at some moment of it
            kill(server, what, chance, until)
        everybody_is_heard(senders, until)
    finally:
        for sender in senders:
            sender.ending.set()
        for sender in senders:
            sender.join()

    assert [sender.refused for sender in senders if sender.refused] == []
    found = api(server).events()
    copies = Counter(event["properties"]["mark"] for event in found if event["name"] != "identify")
    acknowledged = set().union(*(sender.acknowledged for sender in senders))
    uncertain = set().union(*(sender.uncertain for sender in senders))
    assert {mark: copies[mark] for mark in acknowledged if copies[mark] != 1} == {}
    assert {mark: count for mark, count in copies.items() if count > 1} == {}
    assert copies.keys() <= acknowledged | uncertain
    welcomes = Counter(event["email"] for event in found if event["name"] == "identify")
    assert all(count == 1 for count in welcomes.values())
    assert all(event["person_id"] for event in found)
    audit = [sys.executable, "-m", "bowerbird", "audit", "--data", str(server.data), "--json"]
    ran = subprocess.run(audit, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert json.loads(ran.stdout)["stored"] == len(found)
    assert server.stop() == 0


def everybody_is_heard(senders: list[Sender], until: Any) -> None:
    """Returns when each of the senders has had an answer since."""
    before = [len(sender.acknowledged) for sender in senders]
    until(lambda: all(len(sender.acknowledged) > count for sender, count in zip(senders, before, strict=True)), 60)


def kill(server: Any, what: str, chance: random.Random, until: Any) -> None:
    """Kills (or, for `nothing`, asks for the end), and returns when everything that went runs again."""
    if what == "everything":
        server.kill("serve", "engine", "collector")
        server.start()
    elif what == "nothing":
        assert server.stop() == 0
        server.start()
    elif what == "parent":
        server.kill("serve")
        server.start()
    else:
        victim = chance.choice(server.pids(what))
        server.kill_one(victim)
        until(lambda: victim not in server.pids(what) and ready(server), 60)


def ready(server: Any) -> bool:
    try:
        return all(httpx.get(port + "/readyz", trust_env=False).is_success for port in (server.url, server.console))
    except httpx.TransportError:
        return False
